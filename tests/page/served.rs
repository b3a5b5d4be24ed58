//! What is served, and to whom.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn only_pages_of_this_machine_are_answered() {
    let Some(project) = project() else { return };
    let ui = Ui::of(&project);
    let port = ui.port();
    let (status, head, body) = ui.get("/");
    assert!(status == 200 && body.contains("<title>GML</title>"), "{head}\n{body}");
    for expected in ["x-content-type-options: nosniff", "default-src 'none'", "cache-control: no-store"] {
        assert!(head.contains(expected), "{expected} is not in\n{head}");
    }
    assert_eq!(ui.ask("GET", "/api/program", &format!("localhost:{port}")).0, 200);
    // A name of somebody else's that leads here.
    for host in ["example.org", &format!("example.org:{port}"), "127.0.0.1:1", ""] {
        let (status, _, body) = ui.ask("GET", "/api/program", host);
        assert_eq!(status, 403, "{host}");
        assert!(!body.contains("graphs"), "{body}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let (status, head, _) = ui.ask(method, "/api/runs", &format!("127.0.0.1:{port}"));
        assert_eq!(status, 405, "{method}");
        assert!(!head.contains("access-control-allow-origin"), "{head}");
    }
    assert_eq!(ui.get("/api/graph/99").0, 404);
    assert_eq!(ui.get("/nothing").0, 404);
}

#[test]
fn nothing_but_files_of_runs_is_served() {
    let Some(project) = project() else { return };
    project.write("go", "");
    project.done(&["run"]);
    project.write(".gml/secrets.toml", "PASSWORD = \"verysecret\"");
    let id = project.record()["id"].as_str().unwrap().to_owned();
    project.write(&format!(".gml/runs/{id}/beside.txt"), "verysecret");
    let ui = Ui::of(&project);
    assert_eq!(ui.json(&format!("/runs/{id}/run.json"))["id"], id.as_str());
    let (status, head, body) = ui.get(&format!("/runs/{id}/report.html"));
    assert!(
        status == 200 && body.contains("Run of prepare, count_towns") && head.contains("sandbox"),
        "{status}\n{head}"
    );
    let others = [
        format!("/runs/{id}/../../secrets.toml"),
        format!("/runs/{id}/..%2f..%2fsecrets.toml"),
        format!("/runs/{id}/%2e%2e/%2e%2e/secrets.toml"),
        "/runs/..%2f../secrets.toml".to_string(),
        format!("/runs/{id}/beside.txt"),
        format!("/runs/{id}/.."),
        "/runs/../store/lock".to_owned(),
        "//etc/passwd".to_owned(),
        "/..%2f..%2f..%2f..%2fetc%2fpasswd".to_owned(),
    ];
    for path in &others {
        let (status, _, body) = ui.get(path);
        assert!(status == 404 && !body.contains("verysecret") && !body.contains("root:"), "{path}: {status} {body}");
    }
}

#[test]
fn a_port_in_use_is_told_and_ctrl_c_ends_it_well() {
    let Some(project) = project() else { return };
    let mut ui = Ui::of(&project);
    let port = ui.port().to_string();
    let second = project.gmlc(&["ui", "--port", &port]);
    assert_eq!(second.code, 3, "{}", second.stderr);
    assert!(second.stderr.contains(&format!("port {port} of this machine is in use")), "{}", second.stderr);
    // Somebody who hears does not keep it from ending.
    let mut heard = TcpStream::connect(("127.0.0.1", ui.port())).unwrap();
    write!(heard, "GET /api/changes HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
    let mut first = [0; 16];
    heard.read_exact(&mut first).unwrap();
    let begun = Instant::now();
    assert!(Command::new("kill").args(["-INT", &ui.process.id().to_string()]).status().unwrap().success());
    let status = ui.process.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let without = Project::new().gmlc(&["ui"]);
    assert!(without.code == 2 && without.stderr.contains("main.gml"), "{}", without.stderr);
}

const NETWORK: &str = r#"
use std.graph.{gru4rec, sequences}

catalog {
    clicks: table { group session: int, id item: int, time at: timestamp } = csv("clicks.csv"),
    learned: recommender[int] = artifact("learned"),
}

pipeline training {
    let visits = clicks |> sequences(session: .session, item: .item, time: .at)
    save fit(gru4rec(dimension: 128, epochs: 100000, batch: 50, seed: 1), train: visits) as learned
}
"#;

#[test]
fn a_step_that_learns_says_how_far_it_is() {
    let rows = (0..400).flat_map(|session| (0..6).map(move |step| (session, step)));
    let clicks = rows.map(|(session, step)| format!("{session},{},2021-02-01T00:00:0{step}Z\n", (session + step) % 40));
    let clicks = format!("session,item,at\n{}", clicks.collect::<String>());
    let project = Project::of(&[("main.gml", NETWORK), ("clicks.csv", &clicks)]);
    let ui = Ui::of(&project);
    let mut run = started(&project, "training", &[]);
    let until = Instant::now() + Duration::from_secs(60);
    let told = loop {
        let runs = ui.json("/api/runs");
        let whole = runs[0]["id"].as_str().map(|id| ui.json(&format!("/api/runs/{id}?graph=1")));
        let learning = whole.as_ref().and_then(|whole| {
            let step = whole["steps"].as_array()?.iter().find(|step| step["training"].is_string())?;
            let boxes = whole["graph"]["vertices"].as_array()?;
            let training = boxes.iter().find_map(|vertex| vertex["training"].as_str());
            Some((step["training"].as_str()?.to_owned(), step["began"].as_f64()?, training?.to_owned()))
        });
        if let Some(learning) = learning {
            break learning;
        }
        assert!(Instant::now() < until, "{whole:#?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    run.kill().unwrap();
    run.wait().unwrap();
    let (step, began, vertex) = told;
    assert!(step.starts_with("gru4rec: epoch ") && step.contains(" of 100000") && step.contains(", loss "), "{step}");
    assert_eq!(step, vertex);
    assert!(began < 30.0, "it began before it told how far it is: {began}");
}

#[test]
fn the_graph_knows_what_a_run_has_counted() {
    let Some(project) = project() else { return };
    project.write("go", "");
    project.done(&["run", "prepare"]);
    let ui = Ui::of(&project);
    let program = ui.json("/api/program");
    let titles: Vec<&str> =
        program["graphs"].as_array().unwrap().iter().map(|graph| graph["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["project", "prepare", "prepare", "count_towns", "count_towns"]);
    let id = project.record()["id"].as_str().unwrap().to_owned();
    assert_eq!(ui.json(&format!("/api/runs/{id}"))["program"], program["hash"], "seen from another folder");
    for (place, calls_nodes) in [(1, true), (2, false)] {
        let graph = ui.json(&format!("/api/graph/{place}"));
        let run = ui.json(&format!("/api/runs/{id}?graph={place}"));
        let vertices = graph["vertices"].as_array().unwrap();
        let state = |title: &str, number: usize| {
            let mut of = vertices.iter().enumerate().filter(|(_, vertex)| vertex["title"] == title);
            let (place, _) = of.nth(number).unwrap();
            run["graph"]["vertices"][place]["state"].as_str().unwrap_or("none").to_owned()
        };
        for title in ["visits", "cities", "held", "filter", "join", "drop", "drift", "track", "paced"] {
            assert_eq!(state(title, 0), "ran", "{title} of {place}: {run:#}");
        }
        assert_eq!(vertices.iter().any(|vertex| vertex["title"] == "paces"), calls_nodes);
        let rows = |from: &str, to: &str| {
            let edges = graph["edges"].as_array().unwrap().iter().enumerate();
            let title = |edge: &serde_json::Value, end: &str| {
                vertices[edge[end].as_u64().unwrap() as usize]["title"].as_str().unwrap().to_owned()
            };
            let mut found = edges.filter(|(_, edge)| title(edge, "from") == from && title(edge, "to") == to);
            let place = found.next().unwrap_or_else(|| panic!("{from} to {to}")).0;
            run["graph"]["edges"][place].as_u64()
        };
        assert_eq!(rows("cities", "join"), Some(2));
        assert_eq!(rows("held", if calls_nodes { "paces" } else { "filter" }), Some(4));
        assert_eq!(rows("drop", "paced"), Some(2));
        // What is used twice is counted between.
        assert_eq!(rows("filter", "join"), Some(2));
        // A join that keeps each row of its left side gives as many.
        assert_eq!(rows("join", "drop"), Some(2));
    }
}

/// The rows between two boxes in the last run, and whether they are said to be within a query.
fn between(ui: &Ui, id: &str, graph: usize, from: &str, to: &str) -> (Option<u64>, bool) {
    let drawn = ui.json(&format!("/api/graph/{graph}"));
    let run = ui.json(&format!("/api/runs/{id}?graph={graph}"));
    let title = |edge: &serde_json::Value, end: &str| {
        let place = edge[end].as_u64().unwrap() as usize;
        drawn["vertices"][place]["title"].as_str().unwrap().to_owned()
    };
    let edges = drawn["edges"].as_array().unwrap();
    let place = edges.iter().position(|edge| title(edge, "from") == from && title(edge, "to") == to);
    let place = place.unwrap_or_else(|| panic!("{from} to {to}"));
    (run["graph"]["edges"][place].as_u64(), run["graph"]["joined"][place].as_bool().unwrap())
}

#[test]
fn an_edge_within_a_query_says_so_until_steps_are_done_one_by_one() {
    let Some(project) = project() else { return };
    project.write("go", "");
    let ui = Ui::of(&project);
    let last = || project.record()["id"].as_str().unwrap().to_owned();
    project.done(&["run", "prepare"]);
    assert_eq!(between(&ui, &last(), 2, "filter", "derive"), (None, true));
    assert_eq!(between(&ui, &last(), 2, "derive", "filter"), (None, true));
    assert_eq!(between(&ui, &last(), 2, "join", "drop"), (Some(2), false));
    // What took long the first time is kept, and would not be done again.
    project.done(&["run", "prepare", "--stepwise", "--force"]);
    assert_eq!(between(&ui, &last(), 2, "filter", "derive"), (Some(3), false));
    assert_eq!(between(&ui, &last(), 2, "derive", "filter"), (Some(3), false));
}

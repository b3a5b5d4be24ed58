//! Sessions that are odd, and networks that learn from them or are asked about them: a defined answer, or an error that says why.

use serde_json::Value;

use super::*;

/// All networks, small ones.
const NETWORKS: [&str; 4] = [
    "sr_gnn(dimension: 8, epochs: 2, seed: 1)",
    "gru4rec(dimension: 8, epochs: 2, seed: 1)",
    "sasrec(dimension: 8, epochs: 2, length: 10, seed: 1)",
    "dgsr(dimension: 8, epochs: 2, neighbours: 10, seed: 1)",
];

const USUAL: [&str; 4] = ["a: mug cap pen", "b: mug cap", "c: cap pen mug cap", "d: pen mug"];

fn project(network: &str, clicks: &str, asked: &str) -> Project {
    let program = format!(
        r#"use std.graph.{{dgsr, gru4rec, sasrec, sequences, sr_gnn}}
use std.metrics.{{hit_rate}}
use std.recommend.{{recommend}}

schema Click {{ group session: str, id item: str, time at: timestamp }}

catalog {{
    clicks: table[Click] = csv("clicks.csv"),
    asked: table[Click] = csv("asked.csv"),
    next: table {{ id session: str, items: list[str], scores: list[float] }} = jsonl("next.jsonl"),
}}

node visits(clicks: table[Click]) -> sequences[str] {{
    clicks |> sequences(session: .session, item: .item, time: .at)
}}

pipeline serving {{
    save visits(asked) |> recommend(fit({network}, train: visits(clicks)), k: 5) as next
}}

pipeline judging {{
    track evaluate(fit({network}, train: visits(clicks)), on: [visits(asked)], metrics: [hit_rate(2)])
}}
"#
    );
    Project::of(&[("main.gml", &*program), ("clicks.csv", clicks), ("asked.csv", asked)])
}

/// Sessions as a file: `a: mug cap` is a session and its items, each a minute after the one before, sessions an hour.
fn file(sessions: &[&str]) -> String {
    let mut text = String::from("session,item,at\n");
    for (hour, session) in sessions.iter().enumerate() {
        let (name, items) = session.split_once(": ").unwrap_or((session, ""));
        for (minute, item) in items.split(' ').enumerate() {
            let (day, hour) = (1 + hour / 24 + minute / 1440, (hour + minute / 60) % 24);
            let _ = writeln!(text, "{name},{item},2021-01-{day:02}T{hour:02}:{:02}:00Z", minute % 60);
        }
    }
    text
}

/// What is recommended to each session that is asked about, by its name.
fn answers(network: &str, clicks: &str, asked: &str) -> Vec<(String, Vec<String>, Vec<f64>)> {
    let project = project(network, clicks, asked);
    project.done(&["run", "serving"]);
    let text = String::from_utf8(project.read("next.jsonl")).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let items = list(&line["items"]).iter().map(|item| item.as_str().unwrap().to_owned()).collect();
        let scores = list(&line["scores"]).iter().map(|score| score.as_f64().unwrap()).collect();
        (line["session"].as_str().unwrap().to_owned(), items, scores)
    };
    text.lines().map(line).collect()
}

fn sorted(items: &[String]) -> Vec<&str> {
    let mut items: Vec<&str> = items.iter().map(String::as_str).collect();
    items.sort_unstable();
    items
}

#[test]
fn sessions_of_one_click_teach_nothing_alone() {
    for network in NETWORKS {
        let alone = project(network, &file(&["a: mug", "b: cap", "c: mug"]), &file(&["x: mug"]));
        let told = ["GML0922", "no sequence has two items", "see which filter, which `min_length`"];
        refused_in(&alone, &["run", "serving"], &told);
        // Beside others they are items that may come next, and may be asked about.
        let mut sessions = USUAL.to_vec();
        sessions.push("e: hat");
        let found = answers(network, &file(&sessions), &file(&["x: hat", "y: mug"]));
        assert!(
            found.iter().all(|(_, items, _)| sorted(items) == ["cap", "hat", "mug", "pen"]),
            "{network}: {found:?}"
        );
        assert!(found.iter().flat_map(|(.., scores)| scores).all(|score| score.is_finite()), "{network}");
    }
}

/// As [`refused`], of a run that leaves no file.
fn refused_in(project: &Project, args: &[&str], told: &[&str]) {
    refused(project, args, 3, told);
}

#[test]
fn a_session_of_ten_thousand_clicks() {
    let long: Vec<String> = (0..10_000_u64).map(|place| format!("i{}", place * place % 101)).collect();
    let long = format!("long: {}", long.join(" "));
    for network in NETWORKS {
        let network = network.replace("epochs: 2", "epochs: 1");
        let found = answers(&network, &file(&["a: i1 i4", &long, "b: i4 i9 i16"]), &file(&[&long, "x: i1"]));
        assert_eq!(found.len(), 2, "{network}");
        for (_, items, scores) in &found {
            assert_eq!(items.len(), 5, "{network}");
            assert!(scores.iter().all(|score| score.is_finite()), "{network}: {scores:?}");
        }
    }
}

#[test]
fn one_item_in_all() {
    for network in NETWORKS {
        let found = answers(network, &file(&["a: mug mug", "b: mug mug mug"]), &file(&["x: mug", "y: hat"]));
        assert!(found.iter().all(|(_, items, _)| items == &["mug"]), "{network}: {found:?}");
    }
}

#[test]
fn items_that_nobody_knows() {
    for network in NETWORKS {
        let asked = file(&["x: mug pen", "y: hat mug bag pen bag", "z: hat bag", "z2: bag"]);
        let found = answers(network, &file(&USUAL), &asked);
        // They are passed over.
        assert_eq!((&found[0].1, &found[0].2), (&found[1].1, &found[1].2), "{network}");
        // Nothing is known: the most frequent ones, with their shares of all clicks (equal ones in the order of the rows).
        for (_, items, scores) in &found[2..] {
            assert_eq!(items, &["mug", "cap", "pen"], "{network}");
            let shares = [4.0 / 11.0, 4.0 / 11.0, 3.0 / 11.0];
            assert!(scores.iter().zip(shares).all(|(score, share)| (score - share).abs() < 1e-6), "{scores:?}");
        }
    }
}

#[test]
fn equal_times_and_times_that_go_backwards() {
    let asked = file(&["x: mug", "y: cap pen"]);
    let clicks = file(&USUAL);
    for network in NETWORKS {
        let usual = answers(network, &clicks, &asked);
        // The order of the rows does not matter where times differ.
        let mut rows: Vec<&str> = clicks.lines().skip(1).collect();
        rows.reverse();
        let backwards = format!("session,item,at\n{}\n", rows.join("\n"));
        let found = answers(network, &backwards, &asked);
        let items = |found: &[(String, Vec<String>, Vec<f64>)]| -> Vec<Vec<String>> {
            found.iter().map(|(_, items, _)| items.clone()).collect()
        };
        // Sessions may be in another order then, and so the batches: what is recommended stays.
        assert_eq!(items(&found).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3], "{network}");
        // Where times are equal, the rows tell the order, again and again.
        let equal: Vec<String> = clicks
            .lines()
            .map(|line| {
                line.rsplit_once(',').map_or(line.to_owned(), |(start, at)| {
                    if at == "at" { line.to_owned() } else { format!("{start},2021-01-01T00:00:00Z") }
                })
            })
            .collect();
        let equal = equal.join("\n");
        let first = answers(network, &equal, &asked);
        assert_eq!(first, answers(network, &equal, &asked), "{network}");
        if !network.starts_with("dgsr") {
            // Only it knows times.
            assert_eq!(first, usual, "{network}");
        }
    }
}

#[test]
fn nothing_to_judge_by_and_nobody_to_serve() {
    for network in NETWORKS {
        let empty = project(network, &file(&USUAL), "session,item,at\n");
        refused_in(&empty, &["run", "judging"], &["GML0922", "there is no sequence of at least two items"]);
        empty.done(&["run", "serving"]);
        assert_eq!(empty.read("next.jsonl"), b"", "{network}");
        // A session of one click has nothing to be found.
        let one = project(network, &file(&USUAL), &file(&["x: mug"]));
        refused_in(&one, &["run", "judging"], &["GML0922"]);
        let nothing = project(network, "session,item,at\n", &file(&["x: mug"]));
        refused_in(&nothing, &["run", "serving"], &["GML0922", "no sequence with an item to learn from"]);
    }
}

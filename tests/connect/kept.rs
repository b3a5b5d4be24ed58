//! Folders in object stores: what was learned, versions, and tables with a folder for each value of a column.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gml_tests::{Project, gmlc_folder};

use crate::lines;
use crate::servers::{self, Server, asked};
use crate::stores::{container, gmlc, with_keys};

const SALES: &str =
    "id,day,shop,price\n1,2021-01-01,a/b,1.0\n2,2021-01-02,a b,2.0\n3,2021-01-02,,4.0\n4,2021-01-03,ü,8.0\n";

/// A project that keeps the same in a store and on this machine.
fn project(connection: &str, scheme: &str) -> Project {
    let entries = |name: &str, root: &str, store: &str| {
        format!(
            "    {name}_days: table[Sale] = parquet(\"{root}/days\", partitioned_by: [day, shop]{store}),\n    \
             {name}_lines: table[Sale] = csv(\"{root}/lines\", partitioned_by: [day]{store}),\n    \
             {name}_arrows: table[Sale] = ipc(\"{root}/arrows\", partitioned_by: [shop], versioned: true{store}),\n    \
             {name}_rows: table[Sale] = parquet(\"{root}/rows.parquet\", versioned: true{store}),\n    \
             {name}_model: transform = artifact(\"{root}/models/one\"{store}),\n    \
             {name}_models: transform = artifact(\"{root}/models/many\", versioned: true{store}),\n"
        )
    };
    let outputs = |name: &str| {
        ["days", "lines", "arrows", "rows", "model", "models", "few"]
            .map(|of| format!("    {name}_{of}_out: table[Sale] = jsonl(\"{name}_{of}.jsonl\"),\n"))
            .concat()
    };
    let pipelines = |name: &str| {
        let read: String = ["days", "lines", "arrows", "rows"]
            .map(|of| format!("    save {name}_{of} |> sort(.id) as {name}_{of}_out\n"))
            .concat();
        format!(
            "pipeline write_{name} {{\n    let rows = sales |> filter(.id >= least)\n    save rows as {name}_days\n    save rows as {name}_lines\n    \
             save rows as {name}_arrows\n    save rows as {name}_rows\n    \
             save fit(scale([.price]), train: rows) as {name}_model\n    save fit(scale([.price]), train: rows) as {name}_models\n}}\n\
             pipeline read_{name} {{\n{read}    save {name}_days |> filter(.day == @2021-01-02) |> sort(.id) as {name}_few_out\n    \
             save sales |> apply({name}_model) as {name}_model_out\n    save sales |> apply({name}_models) as {name}_models_out\n}}\n"
        )
    };
    let program = format!(
        "use std.prep.{{scale}}\nparam least: int = 0\nconnection lake = {connection}\n\
         schema Sale {{ id: int, day: date, shop: str?, price: float }}\n\
         catalog {{\n    sales: table[Sale] = csv(\"sales.csv\"),\n{}{}{}{}}}\n{}{}",
        entries("far", &format!("{scheme}/kept"), ", store: lake"),
        entries("near", "kept", ""),
        outputs("far"),
        outputs("near"),
        pipelines("far"),
        pipelines("near"),
    );
    Project::of(&[("main.gml", program.as_str()), ("sales.csv", SALES)])
}

#[track_caller]
fn ran(project: &Project, args: &[&str]) -> String {
    let (code, said) = gmlc(project, args, &[]);
    assert_eq!(code, 0, "{args:?}: {said}");
    said
}

/// What is read from the store is what is read from this machine.
#[track_caller]
fn same(project: &Project) {
    for name in ["near", "far"] {
        ran(project, &["run", &format!("read_{name}")]);
    }
    for of in ["days", "lines", "arrows", "rows", "model", "models", "few"] {
        let (near, far) = (lines(project, &format!("near_{of}.jsonl")), lines(project, &format!("far_{of}.jsonl")));
        assert_eq!(near, far, "{of}");
        assert!(!near.is_empty(), "{of}");
    }
}

/// Writes, reads, writes something else, reads older versions.
fn round(project: &Project) {
    let write = |least: &str| {
        for name in ["near", "far"] {
            ran(project, &["run", &format!("write_{name}"), "--set", &format!("least={least}")]);
        }
    };
    let (code, said) = gmlc(project, &["run", "read_far"], &[]);
    assert!(code == 3 && said.contains("GML0901"), "{said}");
    write("0");
    same(project);
    assert_eq!((lines(project, "far_days.jsonl").len(), lines(project, "far_few.jsonl").len()), (4, 2));
    assert!(ran(project, &["run", "read_far"]).contains("nothing"), "what did not change is not read again");
    write("2");
    same(project);
    assert_eq!(lines(project, "far_rows.jsonl").len(), 3);
    // The same again is no new version, whether or not it is written.
    ran(project, &["run", "write_far", "--set", "least=2", "--force"]);
    same(project);
    let of = |at: &[&str]| {
        ran(project, &[&["run", "read_far"], at].concat());
        (
            lines(project, "far_rows.jsonl").len(),
            lines(project, "far_arrows.jsonl").len(),
            lines(project, "far_models.jsonl"),
        )
    };
    let (newest, second) = (of(&[]), of(&["--at", "far_rows=2", "--at", "far_arrows=2", "--at", "far_models=2"]));
    assert_eq!(newest, second);
    let first = of(&["--at", "far_rows=1", "--at", "far_arrows=1", "--at", "far_models=1"]);
    assert_eq!((first.0, first.1), (4, 4));
    assert_ne!(first.2, newest.2, "it was learned from other rows");
    let (code, said) = gmlc(project, &["run", "read_far", "--at", "far_rows=3"], &[]);
    assert!(code == 3 && said.contains("GML0953") && said.contains("has no version 3"), "{said}");
    // Old versions go when they are told to.
    let said = ran(project, &["clean", "--versions", "1"]);
    assert!(said.contains("000001"), "{said}");
    assert_eq!(of(&[]), newest);
    let (code, said) = gmlc(project, &["run", "read_far", "--at", "far_rows=1"], &[]);
    assert!(code == 3 && said.contains("GML0953"), "{said}");
}

fn s3(port: u16) -> String {
    format!(
        "s3(region: \"us-east-1\", endpoint: \"http://127.0.0.1:{port}\", access_key: secret(\"LAKE_KEY\"), secret_key: secret(\"LAKE_SECRET\"))"
    )
}

fn moto() -> Option<Server> {
    let server = servers::moto()?;
    assert_eq!(asked(server.port, "PUT", "/lake", b"").0, 200);
    Some(server)
}

/// The keys of the objects in the bucket that begin so.
fn keys(port: u16, prefix: &str) -> Vec<String> {
    let (_, answer) = asked(port, "GET", &format!("/lake?list-type=2&prefix={prefix}"), b"");
    let keys = answer.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
    keys.map(str::to_owned).collect()
}

#[test]
fn folders_of_s3() {
    let Some(server) = moto() else { return };
    let project = project(&s3(server.port), "s3://lake");
    round(&project);
    // Whoever shows the store has a key for it.
    let web = with_keys(server.port);
    // What took the place of something else is alone there.
    let saves = |prefix: &str| {
        let mut saves: Vec<String> = keys(web, prefix)
            .iter()
            .filter_map(|key| key.split('/').find(|part| part.starts_with("gml-")).map(str::to_owned))
            .collect();
        saves.dedup();
        saves.len()
    };
    assert_eq!((saves("kept/days/"), saves("kept/models/one/"), saves("kept/models/many/")), (1, 1, 1));

    // A web server shows what is in the store, by the object that names it.
    let program = String::from_utf8(project.read("main.gml")).unwrap();
    let program = program
        .replace("s3://lake/kept/models/one\", store: lake", &format!("http://127.0.0.1:{web}/lake/kept/models/one\""))
        .replace(
            "s3://lake/kept/days\", partitioned_by: [day, shop], store: lake",
            &format!("http://127.0.0.1:{web}/lake/kept/days\", partitioned_by: [day, shop]"),
        );
    let far = lines(&project, "far_days.jsonl");
    // It cannot be saved there, which is told before anything runs.
    project.write("main.gml", &program);
    let (code, said) = gmlc(&project, &["check"], &[]);
    assert!(code == 1 && said.contains("GML0521") && said.contains("folder of a web server"), "{said}");
    let reads: String = program
        .lines()
        .filter(|line| !line.contains("as far_days") || line.contains("as far_days_out"))
        .filter(|line| !line.trim_end().ends_with("as far_model"))
        .map(|line| format!("{line}\n"))
        .collect();
    project.write("main.gml", reads);
    ran(&project, &["run", "read_far"]);
    assert_eq!(lines(&project, "far_days.jsonl"), far);
    assert_eq!(lines(&project, "far_model.jsonl").len(), 4);
}

#[test]
fn folders_of_google_cloud_storage() {
    let Some(server) = moto() else { return };
    let connection = format!("gcs(endpoint: \"http://127.0.0.1:{}\")", with_keys(server.port));
    round(&project(&connection, "gs://lake"));
}

#[test]
fn folders_of_azure_blob_storage() {
    let Some(server) = servers::azurite() else { return };
    let endpoint = format!("http://127.0.0.1:{}/devstoreaccount1", server.port);
    let connection =
        format!("azure(account: \"devstoreaccount1\", access_key: secret(\"AZURE_KEY\"), endpoint: \"{endpoint}\")");
    container(server.port);
    round(&project(&connection, "az://lake"));
}

/// A way to moto that lets so many objects through, and then answers nothing any more.
struct Gate {
    port: u16,
    left: Arc<AtomicUsize>,
    held: Arc<AtomicUsize>,
}

impl Gate {
    fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (left, held) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::new(AtomicUsize::new(0)));
        let (open, stopped) = (Arc::clone(&left), Arc::clone(&held));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (open, stopped) = (Arc::clone(&open), Arc::clone(&stopped));
                std::thread::spawn(move || pass(stream, server, &open, &stopped));
            }
        });
        Self { port, left, held }
    }
}

fn pass(mut from: TcpStream, to: u16, left: &AtomicUsize, held: &AtomicUsize) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    if head.starts_with("PUT") {
        let take = |left: usize| if left == usize::MAX { Some(left) } else { left.checked_sub(1) };
        if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() {
            held.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_secs(120));
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut server = TcpStream::connect(("127.0.0.1", to)).ok()?;
    let head = head.trim_end().lines().filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head = format!("{}\r\nconnection: close\r\n\r\n", head.collect::<Vec<_>>().join("\r\n"));
    server.write_all(head.as_bytes()).ok()?;
    std::io::copy(&mut Read::by_ref(&mut from).take(length.unwrap_or(0)), &mut server).ok()?;
    std::io::copy(&mut server, &mut from).ok().map(drop)
}

/// A writer is killed between two of its objects, at each place: what was there before is read, and the next run ends right.
#[test]
fn killed_between_objects() {
    let Some(server) = moto() else { return };
    let gate = Gate::before(server.port);
    let project = project(&s3(gate.port), "s3://lake");
    for name in ["near", "far"] {
        ran(&project, &["run", &format!("write_{name}")]);
    }
    same(&project);
    let old =
        ["days", "lines", "arrows", "rows", "model", "models"].map(|of| lines(&project, &format!("far_{of}.jsonl")));
    let mut killed = 0;
    for objects in [0, 1, 2, 3, 5, 8] {
        gate.held.store(0, Ordering::SeqCst);
        gate.left.store(objects, Ordering::SeqCst);
        // Other rows each time, of which those of the days and the model come first.
        let mut run = Command::new(gmlc_folder().join("gmlc"))
            .args(["run", "write_far", "--set", "least=2", "--force", "--threads", "1"])
            .current_dir(project.path("."))
            .env("LAKE_KEY", "x")
            .env("LAKE_SECRET", "verysecretvalue")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while gate.held.load(Ordering::SeqCst) == 0
            && run.try_wait().unwrap().is_none()
            && begun.elapsed() < Duration::from_secs(60)
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        killed += usize::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
        gate.left.store(usize::MAX, Ordering::SeqCst);
        ran(&project, &["run", "read_far", "--set", "least=0"]);
        for (of, old) in ["days", "lines", "arrows", "rows", "model", "models"].iter().zip(&old) {
            let found = lines(&project, &format!("far_{of}.jsonl"));
            let is_table = !of.starts_with("model");
            // Each of them is old or new, and whole.
            assert!(
                found == *old || (is_table && found == old[1..]) || (!is_table && found.len() == 4),
                "{of}: {found:?}"
            );
        }
        if objects == 0 {
            assert_eq!(lines(&project, "far_days.jsonl"), old[0], "nothing had been sent");
        }
    }
    assert!(killed >= 5, "only {killed} runs were killed before their end");
    for name in ["near", "far"] {
        ran(&project, &["run", &format!("write_{name}"), "--set", "least=2", "--force"]);
    }
    same(&project);
}

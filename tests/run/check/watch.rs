use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use gml_tests::{Project, gmlc_folder};

const RIGHT: &str = "test \"a\" {\n    expect 1 < 2\n}\n";
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(unix)]
#[test]
fn watching_checks_again_and_ends_with_an_interrupt() {
    let project = Project::of(&[("main.gml", RIGHT)]);
    let mut child = Command::new(gmlc_folder().join("gmlc"))
        .args(["check", "--watch"])
        .current_dir(project.path("."))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, lines) = mpsc::channel();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    let wait_for = |part: &str| loop {
        let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{part:?} is never said"));
        if line.contains(part) {
            return;
        }
    };
    wait_for("no problems");
    wait_for("watching");
    project.write("main.gml", RIGHT.replace("1 < 2", "one < 2"));
    wait_for("GML0101");
    wait_for("watching");
    // A module that is not there yet, and then is.
    project.write("main.gml", format!("use lib.{{one}}\n{}", RIGHT.replace("1 < 2", "one() < 2")));
    wait_for("GML0102");
    wait_for("watching");
    project.write("lib.gml", "fn one() -> int = 1\n");
    wait_for("no problems");
    wait_for("watching");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

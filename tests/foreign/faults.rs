//! Each way in which a worker can fail, made for real. Nothing is written then, and the next run ends right.

use std::process::Command;
use std::time::{Duration, Instant};

use gml_tests::Project;

use super::{fails, venv_of, with_python};

const PROGRAM: &str = r#"
schema Row { n: int, text: str }

node made(rows: table[Row]) -> table[Row] = python("features/margin.py", "made")

catalog { out: table[Row] = csv("out/rows.csv") }

pipeline p {
    save made(table[Row] [{ n: 1, text: "a" }, { n: 2, text: "b" }]) as out
}
"#;

fn module(body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("import ctypes, os, signal, subprocess, sys, time\n\nimport pandas as pd\n\n\ndef made(rows):\n{body}")
}

fn project(body: &str) -> Option<Project> {
    with_python(PROGRAM, &module(body))
}

/// The function is mended: the next run ends right.
fn mended(project: &Project) {
    project.write("features/margin.py", module("return rows"));
    project.done(&["run"]);
    assert_eq!(String::from_utf8_lossy(&project.read("out/rows.csv")), "n,text\n1,a\n2,b\n");
}

#[test]
fn it_raises() {
    let Some(project) = project("print('before it')\nprint('to the other', file=sys.stderr)\nreturn rows['price']")
    else {
        return;
    };
    let finished = fails(
        &project,
        "GML0972",
        &["made raised KeyError: 'price'", "features/margin.py:9 in made: return rows['price']", "main.gml:9:10"],
    );
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(said.contains("made: before it") && said.contains("made: to the other"), "{said}");
    mended(&project);
}

#[test]
fn its_file_cannot_be_loaded() {
    let Some(project) = project("return rows") else { return };
    project.write("features/margin.py", "import nothing_of_that_name\n\n\ndef made(rows):\n    return rows\n");
    fails(&project, "GML0972", &["ModuleNotFoundError", "nothing_of_that_name", "features/margin.py:1"]);
    project.write("features/margin.py", "x = (1\n\n\ndef made(rows):\n    return rows\n");
    let finished = project.gmlc(&["run"]);
    assert!(finished.code != 0 && !project.path("out/rows.csv").exists(), "{}", finished.stderr);
    mended(&project);
}

#[test]
fn it_crashes() {
    let ends: [(&str, &[&str]); 4] = [
        ("print('last words')\nos._exit(7)", &["exit code 7", "made: last words"]),
        ("ctypes.string_at(0)", &["signal 11 (SIGSEGV"]),
        ("os.abort()", &["signal 6 (SIGABRT"]),
        ("os.kill(os.getpid(), signal.SIGKILL)", &["signal 9 (SIGKILL", "memory"]),
    ];
    for (body, says) in ends {
        let Some(project) = project(body) else { return };
        fails(&project, "GML0973", says);
        mended(&project);
    }
}

#[test]
fn it_ends_itself() {
    let Some(project) = project("sys.exit('enough')") else { return };
    fails(&project, "GML0972", &["made raised SystemExit: enough"]);
    mended(&project);
}

/// It hangs, and so does a process that it has begun: both are ended.
#[test]
fn it_hangs() {
    let body = "child = subprocess.Popen(['sleep', '600'])\nprint('child', child.pid, flush=True)\ntime.sleep(600)\nreturn rows";
    let Some(project) = project(body) else { return };
    let text = PROGRAM.replace("\"made\")", "\"made\", timeout: 3s)");
    project.write("main.gml", text);
    let began = Instant::now();
    let finished = fails(&project, "GML0974", &["took longer than 3 s"]);
    assert!(began.elapsed() < Duration::from_secs(60));
    let said = format!("{}{}", finished.stdout, finished.stderr);
    let child = said.split("child ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned();
    gone(&child);
    // The default of the project.
    project.write("main.gml", PROGRAM);
    let toml = String::from_utf8(project.read("gml.toml")).unwrap();
    project.write("gml.toml", format!("{toml}timeout = \"2s\"\n"));
    fails(&project, "GML0974", &["took longer than 2 s"]);
    project.write("gml.toml", format!("{toml}timeout = \"5min\"\n"));
    mended(&project);
}

/// Waits until a process has ended.
fn gone(pid: &str) {
    let until = Instant::now() + Duration::from_secs(10);
    let alive = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    };
    while alive() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!alive(), "process {pid} is still there");
}

/// What it prints goes another way; what it writes to every descriptor that it finds does not.
#[test]
fn it_writes_into_the_channel() {
    let body = "sys.stdout.write('no line break')\nos.write(1, b'GML\\x01\\x00\\x00\\x00\\x00')\nos.write(0, b'x')\nreturn rows";
    let Some(project) = project(body) else { return };
    project.done(&["run"]);
    assert_eq!(String::from_utf8_lossy(&project.read("out/rows.csv")), "n,text\n1,a\n2,b\n");
    let body = "for fd in range(3, 64):\n    try:\n        if os.readlink(f'/proc/self/fd/{fd}').startswith('socket:'):\n            os.write(fd, b'junk that is no message')\n    except OSError:\n        pass\nreturn rows";
    let Some(project) = super::faults::project(body) else { return };
    fails(&project, "GML0976", &["no answer", "begins with \"junk\""]);
    mended(&project);
    let body = "os.closerange(0, 64)\nreturn rows";
    let Some(project) = super::faults::project(body) else { return };
    fails(&project, "GML0973", &[]);
    mended(&project);
}

#[test]
fn it_gives_something_else() {
    let gives: [(&str, &[&str]); 8] = [
        ("return None", &["made gave None: is there a `return`?, and a node gives a table"]),
        ("return [1, 2]", &["made gave list"]),
        (
            "return rows.drop(columns='text')",
            &["made gave no column text, and the node declares one of type str", "its columns are n"],
        ),
        ("return rows.assign(more=1)", &["made gave a column more, which the node does not declare"]),
        ("return rows.assign(n='x')", &["column n of what made gave is str, and the node declares int"]),
        (
            "return rows.assign(n=[0.5, 1.0])",
            &["is float, and not all of its values fit int: 1 row of 2", "row 1: 0.5"],
        ),
        ("return rows.assign(text=[None, 'b'])", &["column text of what made gave has nulls", "row 1: null"]),
        ("return rows.assign(text=[object(), 1])", &["a table that cannot become Arrow", "text"]),
    ];
    for (body, says) in gives {
        let Some(project) = project(body) else { return };
        fails(&project, "GML0970", says);
        mended(&project);
    }
}

#[test]
fn it_runs_out_of_memory() {
    let body = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\nheld = [bytearray(64 << 20) for _ in range(1000)]\nreturn rows";
    let Some(project) = project(body) else { return };
    fails(&project, "GML0927", &["made raised MemoryError", "give the function fewer rows"]);
    mended(&project);
}

#[test]
fn there_is_no_python() {
    let Some(project) = project("return rows") else { return };
    let toml = project.read("gml.toml");
    project.write("gml.toml", "[python]\nvenv = \".venv\"\n");
    fails(&project, "GML0975", &[".venv cannot be used: there is no Python in it", "python3 -m venv .venv"]);
    assert!(!project.path(".gml/store").exists(), "something ran before it was known");
    project.write("gml.toml", toml);
    mended(&project);
}

/// Ctrl-C ends the worker and what it has begun.
#[test]
fn the_run_is_interrupted() {
    let body = "child = subprocess.Popen(['sleep', '600'])\nopen('pids', 'w').write(f'{os.getpid()} {child.pid}')\ntime.sleep(600)\nreturn rows";
    for signal in ["-INT", "-KILL"] {
        let Some(project) = project(body) else { return };
        let mut process = project.start(&["run"]);
        let until = Instant::now() + Duration::from_secs(60);
        let pids = || std::fs::read_to_string(project.path("pids")).unwrap_or_default();
        while pids().split(' ').count() < 2 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap().success());
        let status = process.wait().unwrap();
        assert_eq!(status.code(), if signal == "-INT" { Some(130) } else { None });
        for pid in pids().split(' ') {
            gone(pid);
        }
        assert!(!project.path("out/rows.csv").exists());
        mended(&project);
    }
}

/// A virtual environment without the packages that tables need.
#[test]
fn a_python_that_can_take_no_tables() {
    let Some(python) = gml_tests::peers_python() else { return };
    let Some(project) = project("return rows") else { return };
    let made = Command::new(&python).args(["-m", "venv", "--without-pip"]).arg(project.path("bare")).status().unwrap();
    assert!(made.success());
    project.write("gml.toml", "[python]\nvenv = \"bare\"\n");
    fails(&project, "GML0975", &["has neither pyarrow nor polars", "pip install pyarrow"]);
    project.write("gml.toml", format!("[python]\nvenv = {:?}\n", venv_of(&python).display().to_string()));
    mended(&project);
}

//! `gmlc fmt`: which files it is about, what it writes, what it leaves alone.

use std::io::Write;
use std::process::{Command, Stdio};

use gml_tests::{Project, gmlc_folder};

const LOOSE: &str = "fn  half(x:int)->float=x/2  # a half\n\n\n\ntest \"half\"{\n  expect half(1)==0.5\n}\n";
const FORMATTED: &str = "fn half(x: int) -> float = x / 2  # a half\n\ntest \"half\" {\n    expect half(1) == 0.5\n}\n";
const BROKEN: &str = "fn half(x: int) -> float = x /\n";

fn text(project: &Project, name: &str) -> String {
    String::from_utf8(project.read(name)).unwrap()
}

/// What `gmlc fmt` makes of standard input: its exit code, what it wrote and what it said.
fn piped(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = Command::new(gmlc_folder().join("gmlc"));
    command.arg("fmt").args(args).env("NO_COLOR", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_formatted_is_left_alone() {
    let project = Project::of(&[("main.gml", LOOSE), ("lib/right.gml", FORMATTED)]);
    let untouched = project.path("lib/right.gml").metadata().unwrap().modified().unwrap();
    let first = project.done(&["fmt"]);
    assert_eq!(text(&project, "main.gml"), FORMATTED);
    assert!(first.stderr.starts_with("formatted main.gml\n"), "{}", first.stderr);
    assert!(first.stderr.contains("1 file formatted, 1 file has the form already"), "{}", first.stderr);
    assert_eq!(project.path("lib/right.gml").metadata().unwrap().modified().unwrap(), untouched);
    let formatted = project.path("main.gml").metadata().unwrap().modified().unwrap();
    let again = project.done(&["fmt"]);
    assert_eq!(again.stderr, "2 files have the form already\n");
    assert_eq!(project.path("main.gml").metadata().unwrap().modified().unwrap(), formatted);
    assert_eq!(text(&project, "main.gml"), FORMATTED);
}

#[test]
fn check_names_what_differs_and_changes_nothing() {
    let project = Project::of(&[("main.gml", LOOSE), ("right.gml", FORMATTED)]);
    let before = project.files();
    let finished = project.gmlc(&["fmt", "--check"]);
    assert_eq!(finished.code, 1);
    assert_eq!(project.files(), before);
    assert!(finished.stdout.starts_with("--- main.gml\n+++ main.gml (formatted)\n@@ "), "{}", finished.stdout);
    assert!(finished.stdout.contains("-fn  half(x:int)->float=x/2  # a half\n"), "{}", finished.stdout);
    assert!(finished.stdout.contains("+fn half(x: int) -> float = x / 2  # a half\n"), "{}", finished.stdout);
    assert!(!finished.stdout.contains("right.gml"), "{}", finished.stdout);
    assert!(finished.stderr.contains("1 file is not formatted"), "{}", finished.stderr);
    project.done(&["fmt"]);
    let finished = project.done(&["fmt", "--check"]);
    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("", "2 files have the form already\n"));
}

#[test]
fn long_differences_are_cut_short() {
    let project = Project::of(&[("main.gml", LOOSE.repeat(50).replace("half", "other"))]);
    let finished = project.gmlc(&["fmt", "--check"]);
    assert_eq!(finished.code, 1);
    assert_eq!(finished.stdout.lines().count(), 25, "{}", finished.stdout);
    assert!(finished.stdout.contains("more lines of main.gml"), "{}", finished.stdout);
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    assert_eq!(piped(&["-"], LOOSE.as_bytes()), (0, FORMATTED.to_owned(), String::new()));
    assert_eq!(piped(&["-"], FORMATTED.as_bytes()), (0, FORMATTED.to_owned(), String::new()));
    assert_eq!(piped(&["-"], b""), (0, String::new(), String::new()));
    let (code, written, _) = piped(&["-", "--check"], LOOSE.as_bytes());
    assert!(code == 1 && written.starts_with("--- <stdin>\n"), "{written}");
    assert_eq!(piped(&["-", "--check"], FORMATTED.as_bytes()), (0, String::new(), String::new()));
    let (code, written, said) = piped(&["-"], BROKEN.as_bytes());
    assert_eq!((code, written.as_str()), (1, ""));
    assert!(said.contains("<stdin>:") && said.contains("1 error"), "{said}");
    let (code, written, said) = piped(&["-"], b"fn \xff");
    assert_eq!((code, written.as_str()), (3, ""));
    assert!(said.contains("byte 3"), "{said}");
    let (code, _, said) = piped(&["-", "main.gml"], b"");
    assert!(code == 2 && said.contains("stands alone"), "{said}");
}

#[test]
fn a_broken_file_is_told_and_the_others_are_formatted() {
    let project = Project::of(&[("a.gml", BROKEN), ("b.gml", LOOSE)]);
    let finished = project.gmlc(&["fmt"]);
    assert_eq!(finished.code, 1);
    assert_eq!(text(&project, "a.gml"), BROKEN);
    assert_eq!(text(&project, "b.gml"), FORMATTED);
    for part in ["error[GML", "a.gml:", "1 file formatted", "1 file with errors of syntax left as written"] {
        assert!(finished.stderr.contains(part), "{part}: {}", finished.stderr);
    }
    assert_eq!(project.gmlc(&["fmt", "--check", "a.gml"]).code, 1);
}

#[test]
fn a_folder_is_all_programs_below_it_and_a_file_is_named_by_itself() {
    let loose = ["a.gml", "deep/er/b.gml", ".hidden/c.gml", "target/d.gml", "notes.txt"];
    let project = Project::of(&loose.map(|name| (name, LOOSE)));
    let changed = |project: &Project| -> Vec<String> {
        let files = project.files().into_iter();
        files.filter(|(_, text)| text == FORMATTED.as_bytes()).map(|(name, _)| name).collect()
    };
    project.done(&["fmt", "deep"]);
    assert_eq!(changed(&project), ["deep/er/b.gml"]);
    let finished = project.done(&["fmt", ".", "./a.gml", "deep/../a.gml"]);
    assert_eq!(changed(&project), ["a.gml", "deep/er/b.gml"]);
    assert!(finished.stderr.contains("1 file formatted, 1 file has the form already"), "{}", finished.stderr);
    project.done(&["fmt", ".hidden/c.gml", "target"]);
    assert_eq!(changed(&project), [".hidden/c.gml", "a.gml", "deep/er/b.gml", "target/d.gml"]);
    for (path, told) in [("missing.gml", "there is no file missing.gml"), ("notes.txt", "notes.txt is no program")] {
        let finished = project.gmlc(&["fmt", "a.gml", path]);
        assert!(finished.code == 2 && finished.stderr.contains(told), "{}", finished.stderr);
    }
    assert_eq!(Project::new().done(&["fmt"]).stderr, "there is no .gml file to format\n");
}

#[test]
fn what_is_no_text_is_told() {
    let project = Project::of(&[("a.gml", b"fn \xff".as_slice()), ("b.gml", LOOSE.as_bytes())]);
    let finished = project.gmlc(&["fmt"]);
    assert_eq!(finished.code, 3);
    assert!(finished.stderr.contains("a.gml is left as it is: it is not UTF-8 text (byte 3"), "{}", finished.stderr);
    assert_eq!(project.read("a.gml"), b"fn \xff");
    assert_eq!(text(&project, "b.gml"), FORMATTED);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let project = Project::of(&[("real/main.gml", LOOSE)]);
    symlink(project.path("real/main.gml"), project.path("main.gml")).unwrap();
    // A link to a folder above leads in a circle.
    symlink(project.path("."), project.path("real/circle")).unwrap();
    std::fs::set_permissions(project.path("real/main.gml"), std::fs::Permissions::from_mode(0o640)).unwrap();
    project.done(&["fmt"]);
    assert!(project.path("main.gml").is_symlink());
    assert_eq!(text(&project, "real/main.gml"), FORMATTED);
    assert_eq!(project.path("real/main.gml").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(project.path("real")).unwrap().count(), 2, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_replaced_is_told_and_stays_whole() {
    use std::os::unix::fs::PermissionsExt;

    let project = Project::of(&[("locked/a.gml", LOOSE), ("b.gml", LOOSE)]);
    let lock = |mode| std::fs::set_permissions(project.path("locked"), std::fs::Permissions::from_mode(mode)).unwrap();
    lock(0o555);
    // Permissions do not bind an administrator.
    let binds = std::fs::write(project.path("locked/probe"), "").is_err();
    let finished = project.gmlc(&["fmt"]);
    lock(0o755);
    assert_eq!(text(&project, "b.gml"), FORMATTED);
    if binds {
        assert_eq!(finished.code, 3);
        assert!(finished.stderr.contains("locked/a.gml is left as it is: "), "{}", finished.stderr);
        assert_eq!(text(&project, "locked/a.gml"), LOOSE);
    } else {
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        assert_eq!(text(&project, "locked/a.gml"), FORMATTED);
    }
}

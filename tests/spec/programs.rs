//! The programs that the language was designed for: nothing is wrong with them, and a run says what it cannot do yet
//! before it does anything.

use std::path::PathBuf;

use gml_tests::{Project, check_text, repository, shared_data};

fn programs() -> Vec<PathBuf> {
    let folder = repository().join("tests/spec/programs");
    let mut programs: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    programs.sort();
    programs
}

#[test]
fn nothing_is_said_of_them() {
    let programs = programs();
    assert_eq!(programs.len(), 3);
    for path in programs {
        let checked = check_text(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(checked.shown(), "", "{}", path.display());
    }
}

#[test]
fn they_are_those_of_the_design() {
    let Some(folder) = shared_data("design/programs") else { return };
    for path in programs() {
        let name = path.file_name().unwrap();
        let (ours, design) = (std::fs::read_to_string(&path), std::fs::read_to_string(folder.join(name)));
        assert_eq!(ours.unwrap(), design.unwrap(), "{}", path.display());
    }
}

#[test]
fn a_run_refuses_what_is_pending_before_any_step() {
    let text = r#"
use std.embed.{embed}
use std.features.{cosine}

catalog { words: encoder[text -> vector[64]] = artifact("words") }

pipeline send { expect cosine(embed(words, "a"), embed(words, "b")) > 0.5 }
"#;
    let project = Project::of(&[("main.gml", text)]);
    for command in ["plan", "run"] {
        let finished = project.gmlc(&[command, "send"]);
        let said = format!("{}{}", finished.stdout, finished.stderr);
        assert_eq!(finished.code, 3, "{command}: {said}");
        assert!(said.contains("GML0912") && said.contains("`embed` of a single value"), "{command}: {said}");
        assert!(said.contains("main.gml:"), "{command}: {said}");
    }
    assert_eq!(project.files().len(), 1, "something was written");
}

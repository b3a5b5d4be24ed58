//! Wrong programs and what the checker says of them. Every `cases/<topic>/<name>.gml` has a snapshot beside it.

use std::collections::HashSet;
use std::path::PathBuf;

use gml_tests::check_text;

fn cases() -> Vec<PathBuf> {
    let mut cases = Vec::new();
    for topic in std::fs::read_dir(gml_tests::repository().join("tests/ui/cases")).unwrap() {
        let topic = topic.unwrap().path();
        let files = std::fs::read_dir(topic).unwrap().map(|case| case.unwrap().path());
        cases.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "gml")));
    }
    cases.sort();
    cases
}

#[test]
fn every_wrong_program_is_answered_as_recorded() {
    for path in cases() {
        let checked = check_text(&std::fs::read_to_string(&path).unwrap());
        assert!(!checked.diagnostics().is_empty(), "{} has nothing wrong", path.display());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().unwrap().join("snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, checked.shown()));
    }
}

#[test]
fn there_are_enough_cases_of_enough_kinds() {
    let cases = cases();
    let mut codes = HashSet::new();
    for path in &cases {
        let checked = check_text(&std::fs::read_to_string(path).unwrap());
        codes.extend(checked.lines().into_iter().map(|(_, code, _)| code));
    }
    assert!(cases.len() >= 150, "there are {} cases", cases.len());
    assert!(codes.len() >= 90, "they show {} codes", codes.len());
}

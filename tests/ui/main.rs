//! Wrong programs and what the checker says of them. Every `cases/<topic>/<name>.gml` has a snapshot beside it.

use std::collections::HashSet;

use gml_tests::check_text;

#[test]
fn every_wrong_program_is_answered_as_recorded() {
    insta::glob!("cases/*/*.gml", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let checked = check_text(&text);
        assert!(!checked.diagnostics().is_empty(), "{} has nothing wrong", path.display());
        insta::with_settings!({ omit_expression => true, description => "", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(checked.shown());
        });
    });
}

#[test]
fn there_are_enough_cases_of_enough_kinds() {
    let folder = gml_tests::repository().join("tests/ui/cases");
    let mut codes = HashSet::new();
    let mut cases = 0;
    for topic in std::fs::read_dir(folder).unwrap() {
        for case in std::fs::read_dir(topic.unwrap().path()).unwrap() {
            let path = case.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "gml") {
                cases += 1;
                let checked = check_text(&std::fs::read_to_string(path).unwrap());
                codes.extend(checked.lines().into_iter().map(|(_, code, _)| code));
            }
        }
    }
    assert!(cases >= 150, "there are {cases} cases");
    assert!(codes.len() >= 90, "they show {} codes", codes.len());
}

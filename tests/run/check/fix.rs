use gml_tests::Project;

use crate::WRONG;

const UNUSED: &str = "use std.metrics.{auc}\n\ntest \"a\" {\n    let unused = 1\n    expect 1 < 2\n}\n";
const MENDED: &str = "test \"a\" {\n    expect 1 < 2\n}\n";

#[test]
fn safe_fixes_are_made_and_told() {
    let project = Project::of(&[("main.gml", UNUSED)]);
    let finished = project.gmlc(&["check", "--fix"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert_eq!(String::from_utf8(project.read("main.gml")).unwrap(), MENDED);
    assert!(finished.stderr.contains("fixed main.gml:4:9 GML0120"), "{}", finished.stderr);
    assert!(finished.stderr.contains("2 problems fixed in 1 file"), "{}", finished.stderr);
    let again = project.gmlc(&["check", "--fix"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
}

#[test]
fn guesses_wait_to_be_asked_for() {
    let project = Project::of(&[("main.gml", WRONG)]);
    let finished = project.gmlc(&["check", "--fix", "--format", "short"]);
    assert_eq!(finished.code, 1);
    let text = String::from_utf8(project.read("main.gml")).unwrap();
    assert_eq!(text, WRONG, "what is unused is left while there are errors: a misspelt name may mean it");
    assert!(finished.stdout.contains("GML0301"), "{}", finished.stdout);
    let finished = project.gmlc(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let text = String::from_utf8(project.read("main.gml")).unwrap();
    assert!(text.contains("filter(.n > 1)") && !text.contains("let z"), "{text}");
}

#[test]
fn a_denied_lint_that_is_mended_is_no_error() {
    let project = Project::of(&[("main.gml", UNUSED), ("gml.toml", "[lints]\nunused_let = \"deny\"\n")]);
    assert_eq!(project.gmlc(&["check"]).code, 1);
    assert_eq!(project.gmlc(&["check", "--fix"]).code, 0);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;

    let project = Project::of(&[("real/main.gml", UNUSED)]);
    std::os::unix::fs::symlink(project.path("real/main.gml"), project.path("main.gml")).unwrap();
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(project.path("real/main.gml"), mode).unwrap();
    assert_eq!(project.gmlc(&["check", "--fix"]).code, 0);
    assert!(project.path("main.gml").is_symlink());
    assert_eq!(String::from_utf8(project.read("real/main.gml")).unwrap(), MENDED);
    let mode = project.path("real/main.gml").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(project.path("real")).unwrap().count(), 1, "nothing is left behind");
}

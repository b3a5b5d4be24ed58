use gml_tests::Project;

const PROGRAM: &str = "param unused: int = 1\n\ntest \"a\" {\n    expect 1 < 2\n}\n";

#[test]
fn levels_decide_about_the_exit_code() {
    for (level, code, told) in [("allow", 0, ""), ("warn", 0, "warning[GML0122]"), ("deny", 1, "error[GML0122]")] {
        let project = Project::of(&[
            ("main.gml", PROGRAM.to_owned()),
            ("gml.toml", format!("[lints]\nunused_param = \"{level}\"\n")),
        ]);
        let finished = project.gmlc(&["check", "--format", "short"]);
        assert_eq!(finished.code, code, "{level}: {}", finished.stdout);
        assert!(finished.stdout.contains(told), "{level}: {}", finished.stdout);
        assert_eq!(finished.stdout.is_empty(), told.is_empty(), "{level}: {}", finished.stdout);
        // What is denied keeps a program from running, too.
        assert_eq!(project.gmlc(&["test"]).code, code);
    }
}

#[test]
fn a_broken_configuration_is_shown_at_its_place() {
    let project = Project::of(&[("main.gml", PROGRAM), ("gml.toml", "[lints]\nunused_parm = \"deny\"\n")]);
    let finished = project.gmlc(&["check", "--format", "short"]);
    assert_eq!(finished.code, 1);
    assert!(finished.stdout.contains("gml.toml:2:1: error[GML0934]"), "{}", finished.stdout);
    let human = project.gmlc(&["check"]);
    assert!(human.stderr.contains("did you mean `unused_param`?"), "{}", human.stderr);
}

use proptest::prelude::*;

use crate::{MemoryWorld, check};

const MAIN: &str = "fn twice(n: int) -> int = n * 2\npipeline p { }\n";

/// What is said of a program with two warnings under a configuration.
fn told(configuration: &str) -> Vec<String> {
    let world = MemoryWorld::new([("main.gml", MAIN), ("gml.toml", configuration)]);
    let analysis = check(&world, "main.gml");
    let sources = &analysis.package.sources;
    let one = |diagnostic: &gml_diagnostics::Diagnostic| {
        let (line, column) = sources.line_column(diagnostic.span.file, diagnostic.span.start);
        let path = sources.path(diagnostic.span.file);
        format!("{path}:{line}:{column} {} {}", diagnostic.severity.word(), diagnostic.code.name())
    };
    analysis.diagnostics.iter().map(one).collect()
}

#[test]
fn levels_say_what_becomes_of_warnings() {
    assert_eq!(told(""), ["main.gml:1:4 warning unused-fn", "main.gml:2:10 warning pipeline-without-effect"]);
    assert_eq!(told("[lints]\nunused_fn = 'allow'"), ["main.gml:2:10 warning pipeline-without-effect"]);
    assert_eq!(
        told("[lints]\nunused_fn = \"deny\"\npipeline_without_effect = \"warn\""),
        ["main.gml:1:4 error unused-fn", "main.gml:2:10 warning pipeline-without-effect"]
    );
    assert_eq!(told("lints.GML0125 = 'allow'\nlints.GML0807 = 'allow'"), [""; 0]);
}

#[test]
fn a_denied_lint_is_an_error_of_the_program() {
    let denied = |configuration: &str| {
        check(&MemoryWorld::new([("main.gml", MAIN), ("gml.toml", configuration)]), "main.gml").has_errors()
    };
    assert!(!denied("[lints]\nunused_fn = 'warn'"));
    assert!(denied("[lints]\nunused_fn = 'deny'"));
}

#[test]
fn an_allow_at_the_declaration_goes_before_the_level() {
    let main = format!("allow(unused_fn)\n{MAIN}");
    let world = MemoryWorld::new([("main.gml", main.as_str()), ("gml.toml", "[lints]\nunused_fn = 'deny'")]);
    let analysis = check(&world, "main.gml");
    assert_eq!(analysis.diagnostics.len(), 1, "{:?}", analysis.diagnostics);
}

#[test]
fn the_file_lies_beside_the_main_one() {
    let world = MemoryWorld::new([("shop/main.gml", MAIN), ("shop/gml.toml", "[lints]\nunused_fn = 'allow'")]);
    assert_eq!(check(&world, "shop/main.gml").diagnostics.len(), 1);
}

#[test]
fn what_is_wrong_in_it_is_said_at_its_place() {
    let wrong = |configuration: &str| -> Vec<String> {
        told(configuration).into_iter().filter_map(|line| Some(line.strip_prefix("gml.toml:")?.to_owned())).collect()
    };
    assert_eq!(wrong("[lints\nunused_fn = 1"), ["1:7 error configuration-syntax"]);
    assert_eq!(wrong("[lint]"), ["1:2 error unknown-configuration"]);
    assert_eq!(wrong("lints = 3"), ["1:9 error unknown-configuration"]);
    assert_eq!(wrong("[lints]\nunused_function = 'warn'"), ["2:1 error unknown-lint-level"]);
    assert_eq!(wrong("[lints]\nunknown_column = 'warn'"), ["2:1 error unknown-lint-level"]);
    assert_eq!(wrong("[lints]\nunused_fn = 'warn'\nGML0125 = 'deny'"), ["3:1 error unknown-lint-level"]);
    assert_eq!(wrong("[lints]\nunused_fn = 'denied'"), ["2:13 error bad-lint-level"]);
    assert_eq!(wrong("[secrets]\nfile = 2"), ["2:8 error unknown-configuration"]);
    assert_eq!(wrong("[secrets]\nfiel = 'x'"), ["2:1 error unknown-configuration"]);
    assert_eq!(wrong("[secrets]\nfile = 'x'"), [""; 0]);
    assert_eq!(wrong("[lints]\nunused_fn = 2\nx = 'allow'").len(), 2);
}

#[test]
fn names_that_are_nearly_right_are_mended() {
    let fixed = |configuration: &str| {
        let world = MemoryWorld::new([("main.gml", MAIN), ("gml.toml", configuration)]);
        let analysis = check(&world, "main.gml");
        let fixes = analysis.diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
        let (texts, _) = gml_diagnostics::apply(&analysis.package.sources, fixes.filter(|fix| !fix.safe));
        texts.into_values().find(|text| text.contains('[')).unwrap_or_default()
    };
    assert_eq!(fixed("[lints]\nunused_nfn = 'denny'"), "[lints]\nunused_fn = \"deny\"");
    assert_eq!(fixed("[lint]\n"), "[lints]\n");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_there_is_answered(text in "[\\[\\]a-z_='\".\n{}ä0-9 ,]{0,60}") {
        let _ = told(&text);
        let _ = told(&format!("[lints]\n{text}"));
    }
}

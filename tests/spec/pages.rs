//! The pages of `gmlc explain`: the failing example of each fails with just its code, the mended one passes.

use gml_diagnostics::Code;
use gml_tests::{check_text, fences};

#[test]
fn the_examples_of_every_page_are_true() {
    let mut wrong = Vec::new();
    let mut without_example = Vec::new();
    for code in Code::all() {
        let fences = fences(code.page());
        let of = |word: &str| fences.iter().filter(|fence| fence.words == ["gml", word]).collect::<Vec<_>>();
        let (failing, passing) = (of("fails"), of("passes"));
        if failing.is_empty() || passing.is_empty() {
            without_example.push(code.id());
        }
        for fence in failing {
            let lines = check_text(&fence.text).lines();
            if lines.is_empty() || lines.iter().any(|(_, found, _)| found != code.id()) {
                wrong.push(format!("{}: the failing example gives {lines:?}", code.id()));
            }
        }
        for fence in passing {
            let lines = check_text(&fence.text).lines();
            if !lines.is_empty() {
                wrong.push(format!("{}: the mended example gives {lines:?}", code.id()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
    // Faults of a run, settings of the command line and programs of several files or bytes cannot be shown by one text.
    without_example.retain(|id| !id.starts_with("GML09"));
    insta::assert_snapshot!(without_example.join(" "));
}

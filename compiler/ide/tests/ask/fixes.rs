//! Fixes of a whole file.

use crate::support::ask_one;

#[test]
fn fixes_that_others_stand_in_the_way_of_are_made_too() {
    let program = "<|>use std.metrics.{auc, log_loss}\n\ntest \"a\" {\n    let unused = 1\n    let more = unused + 1\n    expect 1 < 2\n}\n";
    let asked = ask_one(program);
    let edits = gml_ide::fix_all(asked.source(), &asked.analysis.diagnostics, asked.file);
    assert_eq!(asked.changed(&edits), "-- main.gml\ntest \"a\" {\n    expect 1 < 2\n}\n");
}

#[test]
fn fixes_beside_each_other_are_edits_of_their_own() {
    let program =
        "<|>param a: int = 1\n\ntest \"a\" {\n    let b = 1\n    expect a < 2\n    let c = 1\n    expect a < 3\n}\n";
    let asked = ask_one(program);
    let edits = gml_ide::fix_all(asked.source(), &asked.analysis.diagnostics, asked.file);
    assert_eq!(edits.len(), 2, "{edits:?}");
    let whole = ask_one("<|>test \"a\" { expect 1 < 2 }\n");
    assert_eq!(gml_ide::fix_all(whole.source(), &whole.analysis.diagnostics, whole.file), []);
}

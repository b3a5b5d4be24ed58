//! A leak has two ends, and both are shown.

use std::collections::BTreeSet;

use gml_diagnostics::{Code, Diagnostic};

use crate::wrong::{Wrong, cases, examples, spec};

/// Whether a diagnostic is about rows or columns that two places together make wrong.
fn is_of_two_ends(code: Code) -> bool {
    code.id().starts_with("GML06") || matches!(code.id(), "GML0704" | "GML0705")
}

/// Whether a label tells of another place than the diagnostic itself.
fn shows_another_end(diagnostic: &Diagnostic) -> bool {
    let told = diagnostic.label.as_ref().is_some_and(|label| !label.is_empty());
    told && diagnostic.labels.iter().any(|label| label.span != diagnostic.span && !label.message.is_empty())
}

#[test]
fn every_leak_is_shown_with_both_ends() {
    let of_pages = Code::all().filter(|code| is_of_two_ends(*code)).flat_map(examples);
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for program in cases().into_iter().chain(of_pages).chain(spec()) {
        for diagnostic in program.checked().diagnostics.iter().filter(|found| is_of_two_ends(found.code)) {
            seen.insert(diagnostic.code.id());
            if !shows_another_end(diagnostic) {
                wrong.push(format!("{}: {diagnostic:?}", program.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} show one end only:\n{}", wrong.len(), wrong.join("\n"));
    let all: BTreeSet<_> = Code::all().filter(|code| is_of_two_ends(*code)).map(Code::id).collect();
    assert_eq!(seen, all, "each of these codes is to be seen");
}

#[test]
fn a_model_whose_rows_differ_is_shown_where_it_was_fitted() {
    let mut seen = BTreeSet::new();
    let of_pages = Code::all().filter(|code| is_of_two_ends(*code)).flat_map(examples);
    for program in cases().into_iter().chain(of_pages) {
        let scoring = program.checked().diagnostics;
        for found in scoring.iter().filter(|found| matches!(found.code.id(), "GML0704" | "GML0705")) {
            let label = found.labels.iter().find(|label| label.message == "the model was fitted here");
            let place = label.map(|label| &program.text[label.span.start as usize..label.span.end as usize]);
            assert!(place.is_some_and(|place| place.starts_with("fit(")), "{}: {found:?}", program.name);
            seen.insert(found.code.id());
        }
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[test]
fn where_a_model_comes_from_is_followed() {
    const LEARNED: &str = "use std.learn.{boosted_trees} \
        schema Visit { pages: int, seconds: float, target bought: bool } \
        schema Today { user: str, pages: int } \
        catalog { visits: table[Visit] = csv(\"v.csv\"), today: table[Today] = csv(\"t.csv\"), kept: model = artifact(\"k\"), \
        known: model[Visit -> Probability] = artifact(\"n\") } \
        node learned(rows: table[Visit]) -> model[Visit -> Probability] { fit(boosted_trees(objective: binary), train: rows) }";
    const FIT: &str = "fit(boosted_trees(objective: binary), train: data.train)";
    let split = "let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)";
    let scoring = |before: &str, model: &str| {
        format!("{LEARNED} pipeline p {{ {before} expect count(today |> predict({model})) > 0 }}")
    };
    let saving = |before: &str, saved: &str| {
        scoring("", "kept") + &format!(" pipeline q {{ {split} {before} save {saved} as kept }}")
    };
    let calibrated = "let model = fit(boosted_trees(objective: binary), train: data.train) \
                      let better = calibrate(model, on: data.valid)";
    for (program, message, place) in [
        (scoring(&format!("{split} let model = {FIT}"), "model"), "the model was fitted here", FIT),
        (scoring(&format!("{split} {calibrated} let last = better"), "last"), "the model was fitted here", FIT),
        (saving("", FIT), "the model was fitted here", FIT),
        (saving(calibrated, "better"), "the model was fitted here", FIT),
        (saving("", "learned(data.train)"), "the model is saved here", "kept"),
        (scoring("", "known"), "the columns of the model are declared here", "model[Visit -> Probability]"),
        (
            scoring("let model = known", "model"),
            "the columns of the model are declared here",
            "model[Visit -> Probability]",
        ),
        (
            scoring("let m = learned(visits)", "m"),
            "the columns of the model are declared here",
            "model[Visit -> Probability]",
        ),
        (
            format!("{LEARNED} node f(m: model[Visit -> Value], t: table[Today]) -> table {{ t |> predict(m) }}"),
            "the columns of the model are declared here",
            "model[Visit -> Value]",
        ),
        (scoring(&format!("{split} let m = if 1 < 2 then {FIT} else {FIT}"), "m"), "this model", "m"),
    ] {
        let said = Wrong { name: String::new(), text: program.clone() }.checked().diagnostics;
        let found = said.iter().find(|found| found.code.id() == "GML0704");
        let label = found.and_then(|found| found.labels.last());
        let text = label.map(|label| (&*label.message, &program[label.span.start as usize..label.span.end as usize]));
        assert_eq!(text, Some((message, place)), "{program}\n{said:#?}");
    }
}

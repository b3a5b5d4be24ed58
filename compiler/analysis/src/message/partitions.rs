//! Test rows that take part in learning: what the checker says of the types at hand, and `leakage` of rows that come
//! from afar.

use gml_diagnostics::{Code, Diagnostic, Span, codes};

use crate::lineage::fact::Seeing;

/// What an operator does with the rows, the code, the message and the help.
pub(crate) fn test_rows(how: Seeing) -> (&'static str, Code, &'static str, &'static str) {
    match how {
        Seeing::Fitted => (
            "learns from them",
            codes::FIT_ON_TEST,
            "this learns from the test rows, so they no longer say how good it is",
            "give the `train` part here, and keep `test` for `evaluate`",
        ),
        Seeing::Stopped => (
            "stops by them",
            codes::STOP_ON_TEST,
            "the test rows decide when training stops, so they no longer say how good it is",
            "give the `valid` part here, and keep `test` for `evaluate`",
        ),
        Seeing::Tuned | Seeing::Chosen => (
            "chooses by them",
            codes::TUNE_ON_TEST,
            "the test rows decide which settings are taken, so they no longer say how good they are",
            "give the `train` and the `valid` part, and keep `test` for `evaluate`",
        ),
        Seeing::Calibrated => (
            "calibrates on them",
            codes::CALIBRATE_ON_TEST,
            "the model is adjusted on the test rows, so they no longer say how good it is",
            "give the `valid` part here, and keep `test` for `evaluate`",
        ),
    }
}

/// A call of `operator` that learns, and is to stop early by rows that it is not given. `takes`: whether it has a parameter for them.
pub(crate) fn valid_needed(operator: &str, span: Span, stops: Span, takes: bool) -> Diagnostic {
    let message = "training is to stop early, and there are no validation rows to tell when";
    let diagnostic = Diagnostic::new(codes::VALID_NEEDED, span, message).and(stops, "stops early");
    if takes {
        diagnostic.with_label("no `valid:` is given").help(
            "give it the validation part, `fit(.., train: data.train, valid: data.valid)`, or leave `stop_after` out",
        )
    } else {
        diagnostic
            .with_label(format!("`{operator}` learns without any"))
            .help("leave `stop_after` out, and say how many `rounds` there are to be")
    }
}

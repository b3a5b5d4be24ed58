//! Splits: shares that leave rows over, or take more than there are, and stretches of time that overlap.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::Value;

use super::{Lints, argument};
use crate::typed::{Typed, TypedCall, TypedKind};

const PARTS: [&str; 3] = ["train", "valid", "test"];
/// Shares that are written in tenths do not add up to 1 exactly.
const ROUNDING: f64 = 1e-9;

impl Lints<'_> {
    /// Shares add up to 1 at most. That each is one, the signatures say.
    pub(super) fn shares(&mut self, whole: &Typed, call: &TypedCall) {
        if !matches!(call.name, "split_random" | "split_stratified" | "split_group") {
            return;
        }
        let mut sum = 0.0;
        for part in PARTS {
            let Some(share) = argument(call, part).and_then(Typed::literal).and_then(Value::as_float) else { continue };
            if share > 1.0 {
                return;
            }
            sum += share;
        }
        if sum > 1.0 + ROUNDING {
            let span = self.own_span(whole, call);
            let message = format!("the shares of `{}` add up to {:.4}%", call.name, sum * 100.0).replace(".0000%", "%");
            let diagnostic = Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message);
            self.diagnostics.push(diagnostic.help("give the parts shares that add up to 100% at most"));
        }
    }

    /// Ranges of `split_time` that are written out must not share a moment.
    pub(super) fn overlaps(&mut self, call: &TypedCall) {
        if call.name != "split_time" {
            return;
        }
        let mut ranges: Vec<(&str, Stretch)> = Vec::new();
        for part in PARTS {
            if let Some(stretch) = argument(call, part).and_then(stretch) {
                let shared = ranges.iter().find(|(_, other)| other.first < stretch.end && stretch.first < other.end);
                if let Some((other, with)) = shared {
                    let message = format!("`{part}` and `{other}` share rows");
                    let diagnostic = Diagnostic::new(codes::PARTITIONS_OVERLAP, stretch.span, message)
                        .with_label(format!("the range of `{part}`"))
                        .and(with.span, format!("the range of `{other}`"))
                        .help("let one range begin after the other ends; `..` takes both ends in, `..<` leaves the last out");
                    self.diagnostics.push(diagnostic);
                }
                ranges.push((part, stretch));
            }
        }
    }
}

/// A range in its own unit: days or microseconds. `end` lies outside.
struct Stretch {
    first: i64,
    end: i64,
    span: Span,
}

fn stretch(value: &Typed) -> Option<Stretch> {
    let (start, end, inclusive) = match &value.kind {
        TypedKind::Cast(of) => return stretch(of),
        TypedKind::Range { start, end, inclusive } => (moment(start.literal()?)?, moment(end.literal()?)?, *inclusive),
        TypedKind::Literal(Value::Range { start, end, inclusive }) => (moment(start)?, moment(end)?, *inclusive),
        _ => return None,
    };
    Some(Stretch { first: start, end: end.saturating_add(i64::from(inclusive)), span: value.span })
}

fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::Date(days) => Some(i64::from(*days)),
        Value::Timestamp(micros) => Some(*micros),
        _ => None,
    }
}

//! Learning from test rows, and from rows that should tell how well it goes.

use gml_diagnostics::Diagnostic;

use super::{entrance, message};
use crate::lineage::fact::{Learn, Seeing};
use crate::lineage::{Flow, Part};

/// Looks at rows that take part in learning.
pub(super) fn check(flow: &Flow<'_>, learn: &Learn, found: &mut Vec<Diagnostic>) {
    let provenance = &flow.provenance;
    if let Some(split) = provenance.split_with(&learn.seen.rows, Part::Test) {
        // What the types tell already is said by the checker.
        if !learn.typed_test {
            let brings =
                |table: &crate::lineage::fact::TableFacts| provenance.split_with(&table.rows, Part::Test).is_some();
            let (span, way) = entrance(learn.seen.span, &learn.around, brings);
            found.push(message::test_rows(&learn.seen, span, &way, provenance.cut(split).span));
        }
        return;
    }
    if learn.typed_test {
        return;
    }
    let shares = |other: &&crate::lineage::fact::Seen| provenance.overlap(other.labelled(), learn.seen.labelled());
    let fitted = |other: &&crate::lineage::fact::Seen| other.how == Seeing::Fitted;
    match learn.seen.how {
        Seeing::Calibrated => {
            if let Some(other) = learn.others.iter().filter(fitted).find(shares) {
                found.push(message::calibrated_on_train(&learn.seen, other));
            }
        }
        Seeing::Stopped | Seeing::Tuned if learn.seen.valid => {
            let decides = |how| matches!(how, Seeing::Calibrated | Seeing::Chosen);
            let learned = |other: &&crate::lineage::fact::Seen| !other.valid && !decides(other.how);
            if let Some(other) = learn.others.iter().filter(learned).find(shares) {
                found.push(message::valid_in_train(&learn.seen, other));
            }
        }
        _ => {}
    }
}

//! Judging on rows that have taken part in learning.

use gml_diagnostics::Diagnostic;

use super::{entrance, message};
use crate::lineage::fact::{Judge, Seen};
use crate::lineage::{Flow, Part};

/// Looks at rows on which something is judged.
pub(super) fn check(flow: &Flow<'_>, judge: &Judge<'_>, found: &mut Vec<Diagnostic>) {
    let provenance = &flow.provenance;
    // Learning from test rows is an error already.
    let is_told = |seen: &Seen| provenance.split_with(&seen.rows, Part::Test).is_some();
    let shares = |seen: &&Seen| provenance.share(&seen.rows, &judge.table.rows) && !is_told(seen);
    let mut taken_part: Vec<&Seen> = judge.learned.seen.iter().filter(shares).collect();
    // The worst first; of each kind the first to happen.
    taken_part.sort_by_key(|seen| seen.how);
    taken_part.dedup_by_key(|seen| seen.how);
    let Some((worst, others)) = taken_part.split_first() else { return };
    let brings = |table: &crate::lineage::fact::TableFacts| provenance.share(&worst.rows, &table.rows);
    let (span, way) = entrance(judge.span, &judge.around, brings);
    let same = worst.rows == judge.table.rows;
    let splits = [&worst.rows, &judge.table.rows].map(|rows| {
        rows.iter().flat_map(|stretch| &stretch.cuts).find(|(_, part)| part.is_some()).map(|(cut, _)| *cut)
    });
    let apart = match splits {
        [Some(a), Some(b)] if a != b => Some([provenance.cut(a).span, provenance.cut(b).span]),
        _ => None,
    };
    found.push(message::judged_in_sample(worst, others, span, &way, same, apart));
}

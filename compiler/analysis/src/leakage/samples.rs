//! Judging on rows that have taken part in learning.

use gml_diagnostics::Diagnostic;

use super::{entrance, message};
use crate::lineage::fact::{Judge, Seeing, Seen, TableFacts};
use crate::lineage::{Cut, Flow, Labelled, Part};

/// Looks at rows on which something is judged.
pub(super) fn check(flow: &Flow<'_>, judge: &Judge<'_>, found: &mut Vec<Diagnostic>) {
    let provenance = &flow.provenance;
    let outcome = flow.outcome(&judge.table);
    let judged = Labelled { rows: &judge.table.rows, outcome: outcome.as_ref() };
    // Learning from test rows is an error already; to choose by them is none, and those that have chosen may do so again.
    let is_told = |seen: &Seen| match seen.how {
        Seeing::Chosen => judge.chooses,
        _ => provenance.split_with(&seen.rows, Part::Test).is_some(),
    };
    let shares = |seen: &&Seen| provenance.overlap(seen.labelled(), judged) && !is_told(seen);
    let mut taken_part: Vec<&Seen> = judge.learned.seen.iter().filter(shares).collect();
    // The worst first; of each kind the first to happen.
    taken_part.sort_by_key(|seen| seen.how);
    taken_part.dedup_by_key(|seen| seen.how);
    let Some((worst, others)) = taken_part.split_first() else { return };
    let brings = |table: &TableFacts| provenance.share(&worst.rows, &table.rows);
    let (span, way) = entrance(judge.span, &judge.around, brings);
    let splits = [&worst.rows, &judge.table.rows].map(|rows| {
        rows.iter().flat_map(|stretch| &stretch.cuts).find(|(_, part)| part.is_some()).map(|(cut, _)| *cut)
    });
    let spans = |cuts: [&Cut; 2]| cuts.map(|cut| cut.span);
    let (apart, scattered) = match splits {
        [Some(a), Some(b)] if a != b => (Some(spans([provenance.cut(a), provenance.cut(b)])), None),
        [Some(a), Some(_)] => (None, Some(provenance.cut(a)).filter(|cut| cut.scatters)),
        _ => (None, None),
    };
    let scattered = scattered.map(|split| {
        let mut cuts = worst.rows.iter().flat_map(|stretch| &stretch.cuts).map(|(cut, _)| provenance.cut(*cut));
        message::Scattered {
            split: split.span,
            copies: cuts.find(|cut| cut.multiplies()).map(|cut| (cut.span, cut.name)),
        }
    });
    let same = worst.rows == judge.table.rows;
    let by_hand = judge.by_hand.as_ref();
    let place = message::Judged { span, way: &way, same, apart, scattered, has_word: judge.has_word, by_hand };
    found.push(message::judged_in_sample(worst, others, &place));
}

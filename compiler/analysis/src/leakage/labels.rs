//! Pairs and features made from the rows that say what came to be.

use gml_diagnostics::Diagnostic;
use gml_ir::Role;

use super::{entrance, message};
use crate::hash::Set;
use crate::lineage::fact::{Label, NodeCall, TableFacts};
use crate::lineage::{ColumnId, Cut, Flow, How, Maker, Part, Stretch};

/// Looks at what pairs that are given a target are made of.
pub(super) fn check(flow: &Flow<'_>, label: &Label, found: &mut Vec<Diagnostic>) {
    let provenance = &flow.provenance;
    let tells = |rows: &[Stretch]| provenance.tells(&provenance.closure(rows), &label.outcome.rows);
    // Places are told by the order of the rows.
    let sorted_by = if label.judged { flow.sorted_by(&label.pairs) } else { &[] };
    let ancestry = Ancestry::of(flow, &label.pairs, sorted_by);
    let brings = |table: &TableFacts| tells(&table.rows);
    let of_pairs = tells(&label.pairs.rows);
    // The feature that is made of these rows; none where the pairs themselves are.
    let feature = ancestry.telling(flow, &tells).filter(|_| !of_pairs).map(|column| flow.columns.get(column));
    if feature.is_none() && !of_pairs {
        if let Some(cut) = looked_for(flow, label, &tells) {
            found.push(message::looked_for_in_label(cut.span, label.span, label.judged));
        } else if let Some((split, parts)) = later(flow, label) {
            let (span, way) = entrance(label.span, &label.around, |table| table.rows == label.outcome.rows);
            found.push(message::label_before_pairs(span, label.judged, parts, &way, split.span));
        }
        return;
    }
    let (own, way) = entrance(label.span, &label.around, brings);
    let split = label.outcome.rows.iter().flat_map(|stretch| &stretch.cuts).find(|(_, part)| part.is_some());
    // Who looks up what came to be in the rows that the rest is made of has named the wrong ones there.
    let is_outcome_wrong = split.is_some_and(|(_, part)| *part == Some(Part::Train));
    let is_part = |call: &&NodeCall| ancestry.has(flow, &call.result);
    let entry = flow
        .node_calls
        .iter()
        .filter(is_part)
        .find_map(|call| call.tables.iter().find(|(_, table)| brings(table)).map(|(span, _)| *span));
    let entry = entry.or(feature.map(|column| column.span));
    let (span, other) = match entry {
        Some(entry) if !is_outcome_wrong => (entry, Some(own)),
        entry => (own, entry),
    };
    let split = split.map(|(cut, _)| provenance.cut(*cut).span);
    let feature = feature.map(|column| &*column.name);
    found.push(message::label_from_own_rows(feature, span, other, label.judged, span == own, &way, split));
}

/// What looks for pairs in the rows that say what came to be, and so leaves just those that did, or did not. Who is judged at all may be
/// looked for there: users by themselves.
fn looked_for<'f>(flow: &'f Flow<'_>, label: &Label, tells: &impl Fn(&[Stretch]) -> bool) -> Option<&'f Cut> {
    let columns = &flow.columns;
    let is_same = |key: ColumnId, of: ColumnId| {
        columns.root(key) == columns.root(of) || columns.get(key).name == columns.get(of).name
    };
    let user = label.pairs.row.with_role(Role::Group).and_then(|user| label.pairs.columns.get(&user.name));
    let looks_for_items = |keys: &[ColumnId]| {
        let is_looked_for = |of: &ColumnId| keys.iter().any(|key| is_same(*key, *of));
        match user {
            Some(user) => label.pair.iter().filter(|of| !is_same(user, **of)).any(is_looked_for),
            None => !label.pair.is_empty() && label.pair.iter().all(is_looked_for),
        }
    };
    let rows = flow.provenance.closure(&label.pairs.rows);
    let cuts = rows.iter().flat_map(|stretch| &stretch.cuts).map(|(cut, _)| flow.provenance.cut(*cut));
    let mut telling = cuts
        .filter(|cut| cut.found_by.as_ref().is_some_and(|found_by| looks_for_items(&found_by.1) && tells(&found_by.0)));
    telling.next()
}

/// The split by time of which the pairs are made from a later part than the one that says what came to be: both parts.
fn later<'f>(flow: &'f Flow<'_>, label: &Label) -> Option<(&'f Cut, [Part; 2])> {
    let of_pairs = flow.provenance.closure(&label.pairs.rows);
    let outcomes = label.outcome.rows.iter().flat_map(|stretch| &stretch.cuts);
    outcomes.filter_map(|(cut, part)| Some((*cut, (*part)?))).find_map(|(split, outcome)| {
        let cut = flow.provenance.cut(split);
        let known = of_pairs.iter().flat_map(|stretch| &stretch.cuts).filter(|(other, _)| *other == split);
        let latest = known.filter_map(|(_, part)| *part).max()?;
        (cut.by_time && latest > outcome).then_some((cut, [latest, outcome]))
    })
}

/// All that a table is made of.
struct Ancestry {
    columns: Set<ColumnId>,
    /// In the order in which they were met, nearest first.
    order: Vec<ColumnId>,
    rows: Vec<Stretch>,
}

impl Ancestry {
    fn of(flow: &Flow<'_>, table: &TableFacts, sorted_by: &[ColumnId]) -> Self {
        // What decided which pairs are left, and which come first, tells as much as what stands beside them.
        let decided = table.chosen.iter().chain(sorted_by).copied();
        let mut order: Vec<ColumnId> = table.columns.all().chain(decided).collect();
        let mut columns: Set<ColumnId> = order.iter().copied().collect();
        let mut place = 0;
        while place < order.len() {
            let inputs = flow.columns.get(order[place]).inputs.iter().filter_map(|input| input.column);
            let new: Vec<ColumnId> = inputs.filter(|of| columns.insert(*of)).collect();
            order.extend(new);
            place += 1;
        }
        Self { columns, order, rows: flow.provenance.closure(&table.rows) }
    }

    /// The column that is computed from such rows; where others are made of that, the one that they are made of.
    fn telling(&self, flow: &Flow<'_>, tells: &impl Fn(&[Stretch]) -> bool) -> Option<ColumnId> {
        self.order.iter().rev().copied().find(|column| {
            flow.columns.get(*column).inputs.iter().any(|input| match &input.how {
                How::Over(over) | How::Chosen(over) => tells(&over.rows),
                How::Joined(rows)
                | How::Before(rows)
                | How::Learned(rows)
                | How::Selected(rows)
                | How::Predicted(rows) => tells(rows),
                How::Same | How::Branch(_) | How::Row | How::Key | How::Perhaps => false,
            })
        })
    }

    /// Whether rows of another table, or columns that were made for it, are part of it.
    fn has(&self, flow: &Flow<'_>, table: &TableFacts) -> bool {
        let is_made = |column: &ColumnId| matches!(flow.columns.get(*column).maker, Maker::Step(..));
        table.columns.all().filter(is_made).any(|column| self.columns.contains(&column))
            || table.rows.iter().any(|rows| self.rows.contains(rows))
    }
}

//! Groups that are split, and values that are computed from the very rows these are made of, put together in another way: totals of each
//! visitor beside that visitor's sessions, both grouped from the same events. The value has seen the rows that groups of the other parts
//! are made of.
//!
//! The rows behind both are followed to where they begin, through groups alone; on the way, what leaves some of them out is gathered. What
//! may be meant to leave out just those of the other parts is taken to do so.

use std::sync::Arc;

use gml_ir::Type;

use super::walk::Features;
use crate::hash::Set;
use crate::lineage::{ColumnId, Cut, CutId, How, Maker, OriginId, Over, Provenance, Rows, Says, Stretch};

impl Features<'_, '_> {
    /// The split of which the rows at hand are one part, where groups of its other parts are made of rows that a value is computed from.
    /// `earlier`: whether the value is looked at in earlier rows alone, which tells nothing of those of a part that was drawn.
    pub(super) fn across_groups(&self, over: &Over, at: &Rows, earlier: bool) -> Option<CutId> {
        // What came first is known already where a later row is; and one value for all rows tells little of those of another part.
        if over.says == Says::First || over.single {
            return None;
        }
        let provenance = &self.flow.provenance;
        let of_branch = (!Arc::ptr_eq(at, &self.table.rows)).then(|| provenance.closure(at));
        for own in of_branch.as_ref().unwrap_or(&self.closure) {
            let Some(keys) = provenance.keys_of(own.origin) else { continue };
            let is_split = own.cuts.iter().any(|(_, part)| part.is_some());
            if !is_split || keys.iter().all(|key| over.keys.iter().any(|of| self.is_same_key(*of, *key))) {
                continue;
            }
            let theirs = through_groups(provenance, &over.rows, Some(own.origin));
            let behind = through_groups(provenance, &provenance.origin(own.origin).made_of, None);
            let splits = own.cuts.iter().filter(|(_, part)| part.is_some()).map(|(split, _)| *split);
            let has_seen = |split: &CutId| {
                let split = provenance.cut(*split);
                (split.by_time || !earlier)
                    && !self.keeps_to_a_part(over, split)
                    && theirs.iter().any(|of| {
                        let are_same =
                            |base: &&Stretch| provenance.share(std::slice::from_ref(of), std::slice::from_ref(*base));
                        behind.iter().filter(are_same).any(|base| {
                            let mut others = of.cuts.iter().filter(|cut| !base.cuts.contains(cut));
                            others.all(|(other, _)| self.says_nothing(split, provenance.cut(*other)))
                        })
                    })
            };
            if let Some(split) = splits.into_iter().find(has_seen) {
                return Some(split);
            }
        }
        None
    }

    /// Whether a key is another one, under whatever name or computed once more.
    fn is_same_key(&self, one: ColumnId, other: ColumnId) -> bool {
        let columns = &self.flow.columns;
        columns.root(one) == columns.root(other)
            || columns.number(one).is_some_and(|number| columns.number(other) == Some(number))
    }

    /// Whether the rows of one value are all in one part, or may be meant to: by their keys, or by what the value asks of them.
    fn keeps_to_a_part(&self, over: &Over, split: &Cut) -> bool {
        let roots: Vec<ColumnId> = over.keys.iter().map(|key| self.flow.columns.root(*key)).collect();
        if !split.by.is_empty() && split.by.iter().all(|by| roots.contains(by)) {
            return true;
        }
        // A value for each day is of the rows of that day.
        split.by_time && self.tells_time(&over.keys)
            || !split.random && over.asks.as_ref().is_some_and(|asks| self.may_keep_to_a_part(split, &asks.columns))
    }

    /// Whether what leaves out rows leaves some of all parts of a split, whatever it may be meant to do.
    fn says_nothing(&self, split: &Cut, other: &Cut) -> bool {
        // What is looked for in another table may be looked for among the rows of a part.
        !other.relative
            && (split.random
                || other.random
                || other.multiplies()
                || !(split.by_time && other.by_time || self.may_keep_to_a_part(split, &other.by)))
    }

    /// Whether a condition on columns may be meant to leave the rows of one part.
    fn may_keep_to_a_part(&self, split: &Cut, columns: &[ColumnId]) -> bool {
        split.by_time && self.tells_time(columns) || self.are_related(columns, &split.by)
    }

    /// Whether columns are computed from a point in time; where that is not known, they may be.
    fn tells_time(&self, columns: &[ColumnId]) -> bool {
        self.computed_from(columns).into_iter().any(|column| {
            let node = self.flow.columns.get(column);
            match node.maker {
                Maker::Dataset(dataset) => {
                    let ty = self.flow.program.datasets.get(dataset.0 as usize).map(|entry| &entry.ty);
                    match ty {
                        Some(Type::Table(table)) => {
                            table.row.get(&node.name).is_none_or(|column| column.ty.is_temporal())
                        }
                        _ => true,
                    }
                }
                Maker::Given => true,
                Maker::Step(..) => false,
            }
        })
    }

    /// Whether columns have something in common that they are computed from. What says of which rows they are is not meant.
    fn are_related(&self, some: &[ColumnId], others: &[ColumnId]) -> bool {
        let [some, others] = [some, others].map(|columns| self.computed_from(columns));
        some.iter().any(|column| others.contains(column))
    }

    /// Columns and all that they are computed from, but for keys.
    fn computed_from(&self, columns: &[ColumnId]) -> Set<ColumnId> {
        let mut known: Set<ColumnId> = columns.iter().copied().collect();
        let mut waiting = columns.to_vec();
        while let Some(column) = waiting.pop() {
            let inputs = self.flow.columns.get(column).inputs.iter().filter(|input| !matches!(input.how, How::Key));
            waiting.extend(inputs.filter_map(|input| input.column).filter(|of| known.insert(*of)));
        }
        known
    }
}

/// Rows and those that groups among them are made of, each with all that left some of them out; `but`: not through these groups.
fn through_groups(provenance: &Provenance, rows: &[Stretch], but: Option<OriginId>) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut waiting = rows.to_vec();
    while let Some(stretch) = waiting.pop() {
        if but == Some(stretch.origin) || found.contains(&stretch) {
            continue;
        }
        if provenance.keys_of(stretch.origin).is_some() {
            waiting.extend(provenance.origin(stretch.origin).made_of.iter().map(|below| {
                let mut cuts = below.cuts.clone();
                cuts.extend(stretch.cuts.iter().filter(|cut| !below.cuts.contains(cut)));
                cuts.sort_unstable();
                Stretch { origin: below.origin, cuts }
            }));
        }
        found.push(stretch);
    }
    found
}

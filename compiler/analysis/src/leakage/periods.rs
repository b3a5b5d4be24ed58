//! Targets that are decided by a period of the rows of a table ("no purchase in the thirty days behind a day"), and features that are
//! computed over rows of the same table, those of that period among them.
//!
//! The rows behind both are followed to where they begin; on the way, what is asked of their times is gathered. What the target asks and the
//! feature does not is the period. Of conditions on times that cannot be held against each other nothing is said.

use std::sync::Arc;

use gml_diagnostics::Span;

use super::walk::{Features, Finding, Kind};
use crate::hash::Set;
use crate::lineage::{Asks, ColumnId, CutId, How, Input, OriginId, Part, Region, Rows, Says, Sees};

/// Rows that a value is made of, as far down as they can be followed.
struct Reach {
    origin: OriginId,
    cuts: Vec<(CutId, Option<Part>)>,
    /// What the value itself asks of them.
    asks: Option<Arc<Asks>>,
    /// The column by whose last point in time the target is decided, as far as it is known.
    last: Option<ColumnId>,
    /// Where that is asked.
    span: Span,
}

/// What is asked of the times of rows.
struct Bounds {
    /// As far as it can be held against others.
    region: Region,
    /// Whether something is asked of them that cannot.
    open: bool,
}

impl Features<'_, '_> {
    /// Steps at which a feature is computed over rows of the period that decides the target.
    pub(super) fn of_period(&self) -> Vec<Finding> {
        let periods = self.of_targets();
        let mut found = Vec::new();
        if periods.is_empty() {
            return found;
        }
        let own = self.behind(&self.table.rows, None, Span::NOWHERE);
        let mut known: Set<ColumnId> = self.target.iter().copied().collect();
        let features: Vec<ColumnId> = self.columns().collect();
        for feature in features {
            let mut waiting = vec![feature];
            while let Some(column) = waiting.pop() {
                if !known.insert(column) {
                    continue;
                }
                let mut span = None;
                for input in &self.flow.columns.get(column).inputs {
                    match &input.how {
                        How::Same | How::Branch(_) | How::Row | How::Joined(_) => waiting.extend(input.column),
                        How::Over(over)
                            if !over.single
                                && matches!(over.sees, Sees::All | Sees::Later)
                                && matches!(over.says, Says::All | Says::Last) =>
                        {
                            let reaches = self.behind(&over.rows, over.asks.as_ref(), Span::NOWHERE);
                            let reached = periods.iter().find(|period| {
                                reaches.iter().any(|reach| self.reaches(reach, &over.keys, period, &own))
                            });
                            span = span.or(reached.map(|period| period.span));
                        }
                        _ => {}
                    }
                }
                found.extend(span.map(|span| Finding { feature, column, kind: Kind::Period(span) }));
            }
        }
        found
    }

    /// The rows that decide the target, where times are asked for.
    fn of_targets(&self) -> Vec<Reach> {
        let mut found = Vec::new();
        let mut known: Set<ColumnId> = Set::default();
        // Of pairs that are looked up among later rows all is said elsewhere.
        if self.target.iter().any(|target| self.flow.is_looked_up(*target)) {
            return found;
        }
        let mut waiting = self.target.clone();
        while let Some(column) = waiting.pop() {
            if !known.insert(column) {
                continue;
            }
            let node = self.flow.columns.get(column);
            for input in &node.inputs {
                match &input.how {
                    How::Same | How::Branch(_) | How::Row => {
                        waiting.extend(input.column);
                        let of = input.column.filter(|_| node.parts_time && matches!(input.how, How::Row));
                        let inputs = of.map(|of| &self.flow.columns.get(of).inputs[..]);
                        found.extend(inputs.into_iter().flatten().flat_map(|input| self.until_last(input, node.span)));
                    }
                    // That there is a row to look up may say it all.
                    How::Joined(rows) => {
                        waiting.extend(input.column);
                        found.extend(self.behind(rows, None, Span::NOWHERE));
                    }
                    How::Over(over) if !over.single => {
                        found.extend(self.behind(&over.rows, over.asks.as_ref(), node.span));
                        if node.parts_time {
                            found.extend(self.until_last(input, node.span));
                        }
                    }
                    _ => {}
                }
            }
        }
        let cut = |cut: CutId| self.flow.provenance.cut(cut);
        found.retain_mut(|reach| {
            let asked = reach.asks.as_ref().is_some_and(|asks| asks.region.moments().next().is_some());
            let asks = |(id, part): &&(CutId, Option<Part>)| cut(*id).asks_of(*part).moments().next().is_some();
            let by_cut = reach.cuts.iter().filter(asks).map(|(id, _)| *id).max();
            if let (false, None, Some(id)) = (asked, reach.last, by_cut) {
                reach.span = cut(id).span;
            }
            asked || by_cut.is_some() || reach.last.is_some()
        });
        found
    }

    /// The rows of which a value says when the last one was: whether that is behind a day is decided by those behind it.
    fn until_last(&self, input: &Input, span: Span) -> Vec<Reach> {
        match (&input.how, input.column) {
            (How::Over(over), Some(of)) if over.says == Says::Last && matches!(over.sees, Sees::All | Sees::Later) => {
                let last = Some(self.flow.columns.root(of));
                self.behind(&over.rows, over.asks.as_ref(), span)
                    .into_iter()
                    .map(|reach| Reach { last, ..reach })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Rows, and those that they are made of: each with all that left some of them out.
    fn behind(&self, rows: &Rows, asks: Option<&Arc<Asks>>, span: Span) -> Vec<Reach> {
        let mut found: Vec<Reach> = Vec::new();
        let mut waiting: Vec<_> = rows.iter().map(|stretch| (stretch.origin, stretch.cuts.clone())).collect();
        while let Some((origin, cuts)) = waiting.pop() {
            if found.iter().any(|known| known.origin == origin && known.cuts == cuts) {
                continue;
            }
            let below = &self.flow.provenance.origin(origin).made_of;
            waiting.extend(below.iter().map(|stretch| {
                let mut all = stretch.cuts.clone();
                all.extend(cuts.iter().filter(|cut| !stretch.cuts.contains(cut)));
                (stretch.origin, all)
            }));
            found.push(Reach { origin, cuts, asks: asks.cloned(), last: None, span });
        }
        found
    }

    /// Whether rows of a feature, with equal `keys`, are surely among those of the period. What left out some of the rows that are learned
    /// from (`own`), too, is no part of the period, nor is, where these are made of others, what left out some of both.
    fn reaches(&self, feature: &Reach, keys: &[ColumnId], period: &Reach, own: &[Reach]) -> bool {
        if feature.origin != period.origin {
            return false;
        }
        let rows: Vec<&Reach> = own.iter().filter(|reach| reach.origin == period.origin).collect();
        let left_both = |cut: &&(CutId, Option<Part>)| match rows.is_empty() {
            true => feature.cuts.contains(cut),
            false => rows.iter().any(|reach| reach.cuts.contains(cut)),
        };
        let common: Vec<_> = period.cuts.iter().filter(left_both).copied().collect();
        let asked = self.times(period, &common, &[]);
        let moments: Vec<ColumnId> = asked.region.moments().chain(period.last).collect();
        // A value for each day is of the rows of that day.
        let by_time = || match self.flow.about(keys) {
            Some(about) => about.iter().any(|key| moments.contains(key)),
            None => true,
        };
        if moments.is_empty() || by_time() {
            return false;
        }
        let times = self.times(feature, &common, &moments);
        if times.open {
            return false;
        }
        let is_bounded = times.region.moments().next().is_some();
        !is_bounded || period.last.is_none() && asked.region.shares_time_with(&times.region) == Some(true)
    }

    /// What is asked of the times of rows, but for what is asked of others too. `moments`: the columns that must not be looked at in any
    /// other way.
    fn times(&self, reach: &Reach, others: &[(CutId, Option<Part>)], moments: &[ColumnId]) -> Bounds {
        let mut bounds = Bounds { region: Region::ALL, open: false };
        for (id, part) in reach.cuts.iter().filter(|cut| !others.contains(cut)) {
            let cut = self.flow.provenance.cut(*id);
            let region = cut.asks_of(*part);
            let says_nothing = cut.multiplies() || cut.random || cut.keyed;
            if region.moments().next().is_some() {
                bounds.region = bounds.region.and(region);
            } else if !says_nothing && (cut.is_about(moments) || !cut.alone && !cut.relative) {
                bounds.open = true;
            }
        }
        if let Some(asks) = &reach.asks {
            if asks.region.moments().next().is_some() {
                bounds.region = bounds.region.and(&asks.region);
            } else {
                let about = self.flow.about(&asks.columns);
                bounds.open |= about.is_none_or(|about| moments.iter().any(|moment| about.contains(moment)));
            }
        }
        bounds
    }
}

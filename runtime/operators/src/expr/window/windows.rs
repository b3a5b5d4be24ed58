//! Which rows each row sees.

use std::cmp::Ordering;

use gml_connect::Fault;
use polars::prelude::{IdxCa, IdxSize, Series};

use super::Call;
use crate::expr::aggregate::Spans;
use crate::expr::{Keys, group_ids};
use crate::frame::fault;

/// How far a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One window a group, and one result.
    Group,
    /// All rows of the group, and a result for each.
    All,
    /// Those up to the row.
    Current,
    /// Those before the row.
    Before,
}

/// Rows by group and in order.
pub(crate) struct Windows {
    extent: Extent,
    /// Rows group by group, in order; equal ones in the order of the table.
    pub rows: Vec<IdxSize>,
    /// Where each group begins in `rows`; one more than groups.
    pub bounds: Vec<usize>,
    /// The group of each row.
    groups: Vec<IdxSize>,
    /// What the rows are ordered by, and whether the largest comes first.
    pub order: Vec<(Keys, bool)>,
    /// The single order as microseconds, negative where the largest comes first.
    times: Option<Vec<Option<i64>>>,
}

impl Windows {
    /// Of a table of `height` rows. `order` holds values and whether the largest come first.
    pub(crate) fn new(height: usize, over: &[Series], order: &[(Series, bool)], extent: Extent) -> Result<Self, Fault> {
        let (groups, count) = if over.is_empty() { (vec![0; height], 1) } else { group_ids(over)? };
        // The group of all rows is there even where there are none; groups of keys are not.
        let mut bounds = vec![0; count + 1];
        for group in &groups {
            bounds[*group as usize + 1] += 1;
        }
        for group in 0..count {
            bounds[group + 1] += bounds[group];
        }
        let mut next = bounds.clone();
        let mut rows = vec![0; height];
        for (row, group) in groups.iter().enumerate() {
            let place = &mut next[*group as usize];
            rows[*place] = row as IdxSize;
            *place += 1;
        }
        let order = order.iter().map(|(values, descending)| Ok((Keys::of(values)?, *descending)));
        let order = order.collect::<Result<Vec<_>, Fault>>()?;
        for ends in bounds.windows(2) {
            let rows = &mut rows[ends[0]..ends[1]];
            match order.as_slice() {
                [] => {}
                [(keys, descending)] => rows.sort_by_key(|row| keys.sort_key(*row as usize, *descending)),
                _ => rows.sort_by(|a, b| compare(&order, *a, *b)),
            }
        }
        Ok(Self { extent, rows, bounds, groups, order, times: None })
    }

    /// With the microseconds of the single order, for windows of time.
    pub(crate) fn with_times(mut self, times: &Series) -> Result<Self, Fault> {
        let sign = if self.order.first().is_some_and(|(_, descending)| *descending) { -1 } else { 1 };
        let times = times.i64().map_err(fault)?.iter().map(|time| time.map(|time| time * sign));
        self.times = Some(times.collect());
        Ok(self)
    }

    /// Turns the order of each group around.
    pub(crate) fn reverse(&mut self) {
        for ends in self.bounds.windows(2) {
            self.rows[ends[0]..ends[1]].reverse();
        }
    }

    /// How many groups there are.
    pub(crate) fn groups(&self) -> usize {
        self.bounds.len() - 1
    }

    /// How many results there are.
    pub(crate) fn results(&self) -> usize {
        if self.extent == Extent::Group { self.groups() } else { self.rows.len() }
    }

    /// Whether two rows are equal by the order.
    pub(crate) fn are_tied(&self, a: IdxSize, b: IdxSize) -> bool {
        compare(&self.order, a, b).is_eq()
    }

    /// The windows of a call.
    pub(crate) fn spans(&self, call: &Call) -> Result<Spans<'_>, Fault> {
        let windows = match (self.extent, call.last) {
            (Extent::Group | Extent::All, None) => None,
            (Extent::Group, Some(_)) => return Err(no_time(call)),
            (extent, None) => Some(self.running(extent)),
            (extent, Some(length)) => {
                let times = self.times.as_ref().ok_or_else(|| no_time(call))?;
                Some(self.stretches(extent, length, times))
            }
        };
        Ok(Spans { rows: &self.rows, bounds: &self.bounds, windows })
    }

    fn running(&self, extent: Extent) -> Vec<(usize, usize)> {
        let own = usize::from(extent == Extent::Current);
        let ends = self.bounds.windows(2);
        ends.flat_map(|ends| (ends[0]..ends[1]).map(move |place| (ends[0], place + own))).collect()
    }

    /// For each place the rows whose time is later than its own less `length`, and not later than its own. Of a row
    /// without a time: itself.
    fn stretches(&self, extent: Extent, length: i64, times: &[Option<i64>]) -> Vec<(usize, usize)> {
        let mut windows = Vec::with_capacity(self.rows.len());
        for ends in self.bounds.windows(2) {
            let time = |place: usize| times[self.rows[place] as usize];
            let (mut low, mut tied) = (ends[0], ends[0]);
            for place in ends[0]..ends[1] {
                let Some(now) = time(place) else {
                    low = place;
                    windows.push((place, if extent == Extent::Before { place } else { place + 1 }));
                    continue;
                };
                while low < place && time(low).is_some_and(|then| now.saturating_sub(then) >= length) {
                    low += 1;
                }
                let high = match extent {
                    Extent::Before => place,
                    Extent::Current => place + 1,
                    _ => {
                        tied = tied.max(place + 1);
                        while tied < ends[1] && time(tied) == Some(now) {
                            tied += 1;
                        }
                        tied
                    }
                };
                windows.push((low.min(high), high));
            }
        }
        windows
    }

    /// The results of a call for each row of the table, where there is one for each group and rows are due.
    pub(crate) fn spread(&self, results: Series, spans: &Spans<'_>) -> Result<Series, Fault> {
        if self.extent == Extent::Group || !spans.is_whole() {
            return Ok(results);
        }
        results.take(&IdxCa::from_vec("".into(), self.groups.clone())).map_err(fault)
    }

    /// The first row of each group, in the order of the table.
    pub(crate) fn first_rows(&self) -> Vec<IdxSize> {
        self.bounds.windows(2).filter(|ends| ends[0] < ends[1]).map(|ends| self.rows[ends[0]]).collect()
    }
}

fn compare(order: &[(Keys, bool)], a: IdxSize, b: IdxSize) -> Ordering {
    let keys = order
        .iter()
        .map(|(keys, descending)| keys.sort_key(a as usize, *descending).cmp(&keys.sort_key(b as usize, *descending)));
    keys.fold(Ordering::Equal, Ordering::then)
}

fn no_time(call: &Call) -> Fault {
    Fault::new("GML0326", format!("last of {} needs a window ordered by one date or timestamp", call.function))
        .help("write `derive(order: [.time], ..)`")
}

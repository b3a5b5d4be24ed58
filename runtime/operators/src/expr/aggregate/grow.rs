//! Aggregates that need to have seen all rows, not only a state of them.

use std::ops::Range;

use gml_connect::Fault;
use polars::prelude::{IdxCa, IdxSize, Series};

use crate::expr::list_parts::assemble;
use crate::frame::fault;

/// An aggregate to which rows are only ever added.
pub(crate) trait Grow {
    /// Its value.
    type Result: Clone + Default;

    /// Begins a new group.
    fn clear(&mut self);

    /// Adds a row.
    fn push(&mut self, row: usize);

    /// The value of the rows added since the group began.
    fn result(&mut self) -> Self::Result;
}

/// How many different values.
pub(crate) struct Distinct<'a> {
    ids: &'a [IdxSize],
    known: &'a [bool],
    /// The group in which each value was last seen.
    seen_in: Vec<usize>,
    group: usize,
    count: i64,
}

impl<'a> Distinct<'a> {
    pub(crate) fn new(ids: &'a [IdxSize], values: usize, known: &'a [bool]) -> Self {
        Self { ids, known, seen_in: vec![0; values], group: 0, count: 0 }
    }
}

impl Grow for Distinct<'_> {
    type Result = i64;

    fn clear(&mut self) {
        self.group += 1;
        self.count = 0;
    }

    fn push(&mut self, row: usize) {
        let id = self.ids[row] as usize;
        if self.known[row] && self.seen_in[id] != self.group {
            self.seen_in[id] = self.group;
            self.count += 1;
        }
    }

    fn result(&mut self) -> i64 {
        self.count
    }
}

/// The row that has the most frequent value first; of several values the one that came first.
pub(crate) struct Mode<'a> {
    ids: &'a [IdxSize],
    known: &'a [bool],
    /// Group, place of the first row in it, that row, and count, of each value.
    seen: Vec<(usize, usize, IdxSize, usize)>,
    group: usize,
    rows: usize,
    best: Option<usize>,
}

impl<'a> Mode<'a> {
    pub(crate) fn new(ids: &'a [IdxSize], values: usize, known: &'a [bool]) -> Self {
        Self { ids, known, seen: vec![(0, 0, 0, 0); values], group: 0, rows: 0, best: None }
    }
}

impl Grow for Mode<'_> {
    type Result = Option<IdxSize>;

    fn clear(&mut self) {
        self.group += 1;
        self.rows = 0;
        self.best = None;
    }

    fn push(&mut self, row: usize) {
        if !self.known[row] {
            return;
        }
        let id = self.ids[row] as usize;
        if self.seen[id].0 != self.group {
            self.seen[id] = (self.group, self.rows, row as IdxSize, 0);
        }
        self.rows += 1;
        self.seen[id].3 += 1;
        let better = self.best.is_none_or(|best| {
            let ((_, best_place, _, best_count), (_, place, _, count)) = (self.seen[best], self.seen[id]);
            count > best_count || (count == best_count && place < best_place)
        });
        if better {
            self.best = Some(id);
        }
    }

    fn result(&mut self) -> Option<IdxSize> {
        self.best.map(|best| self.seen[best].2)
    }
}

/// The value below which a share of the values lies, interpolated linearly between the two nearest ones.
pub(crate) struct Quantile<'a> {
    values: &'a [Option<f64>],
    share: f64,
    sorted: Vec<f64>,
    /// How many of `sorted` are in order; the rest was added since.
    in_order: usize,
}

impl<'a> Quantile<'a> {
    pub(crate) fn new(values: &'a [Option<f64>], share: f64) -> Self {
        Self { values, share, sorted: Vec::new(), in_order: 0 }
    }
}

impl Grow for Quantile<'_> {
    type Result = Option<f64>;

    fn clear(&mut self) {
        self.sorted.clear();
        self.in_order = 0;
    }

    fn push(&mut self, row: usize) {
        self.sorted.extend(self.values[row]);
    }

    fn result(&mut self) -> Option<f64> {
        if self.sorted.len() == self.in_order + 1 {
            let value = self.sorted.pop()?;
            let place = self.sorted.partition_point(|other| other.total_cmp(&value).is_le());
            self.sorted.insert(place, value);
        } else if self.sorted.len() > self.in_order {
            self.sorted.sort_by(f64::total_cmp);
        }
        self.in_order = self.sorted.len();
        let place = self.share * self.sorted.len().checked_sub(1)? as f64;
        let (low, high) = (self.sorted[place.floor() as usize], self.sorted[place.ceil() as usize]);
        let part = place - place.floor();
        Some(if part == 0.0 { low } else { low + (high - low) * part })
    }
}

/// All values in order.
pub(crate) struct Collect<'a> {
    known: &'a [bool],
    rows: Vec<IdxSize>,
    start: usize,
}

impl<'a> Collect<'a> {
    pub(crate) fn new(known: &'a [bool]) -> Self {
        Self { known, rows: Vec::new(), start: 0 }
    }

    /// The lists, from the ranges that the windows gave.
    pub(crate) fn lists(&self, values: &Series, ranges: &[Range<usize>]) -> Result<Series, Fault> {
        let mut bounds = Vec::with_capacity(ranges.len() + 1);
        let mut rows = Vec::new();
        bounds.push(0);
        for range in ranges {
            rows.extend_from_slice(&self.rows[range.clone()]);
            bounds.push(rows.len());
        }
        let items = values.take(&IdxCa::from_vec("".into(), rows)).map_err(fault)?;
        assemble(items, &bounds, &vec![true; ranges.len()]).map(|lists| lists.take_materialized_series())
    }
}

impl Grow for Collect<'_> {
    type Result = Range<usize>;

    fn clear(&mut self) {
        self.start = self.rows.len();
    }

    fn push(&mut self, row: usize) {
        if self.known[row] {
            self.rows.push(row as IdxSize);
        }
    }

    fn result(&mut self) -> Range<usize> {
        self.start..self.rows.len()
    }
}

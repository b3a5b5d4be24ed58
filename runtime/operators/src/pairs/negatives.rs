//! `sample_negatives`: fewer rows whose target is false.

use gml_connect::{Fault, append};
use gml_ir::{Role, TableType};
use polars::prelude::{BooleanChunked, DataFrame, IdxSize, IntoLazy};

use super::strategies::of_role;
use crate::data::{Call, Data};
use crate::expr::group_ids;
use crate::frame::{apply, fault};
use crate::reducers::{Reducer, WAITING};
use crate::table::{CallExt, hash, series};

/// `sample_negatives`: those of the smallest random numbers stay. Rows keep their order.
pub(super) fn sample_negatives(call: Call<'_>) -> Result<Data, Fault> {
    let (n, per, seed) = (call.whole("n")?, call.keys("per")?, call.seed()?);
    let table = call.table("input")?;
    let targets = of_role(table, Role::Target);
    let [target] = targets.as_slice() else {
        return Err(call.bad("input", "a table with one column of role `target`"));
    };
    let target = target.clone();
    call.give(apply(table.frame.clone(), "sample_negatives", move |frame| {
        let truths = frame.column(&target).map_err(fault)?.as_materialized_series().bool().map_err(fault)?.clone();
        let limits = Limits::of(&frame, &truths, &per, n, seed)?;
        let kept = truths.iter().enumerate().map(|(row, truth)| truth != Some(false) || limits.keeps(row));
        let kept: BooleanChunked = kept.collect();
        frame.filter(&kept).map_err(fault)
    })?)
}

/// `sample_negatives` of all rows, whatever their groups, with no more of them at a time than stay.
pub(crate) fn sample_in_parts(call: Call<'_>, ty: TableType) -> Result<Box<dyn Reducer + '_>, Fault> {
    let (n, seed) = (call.whole("n")?, call.seed()?);
    let target = ty.row.with_role(Role::Target).map(|target| target.name.to_string());
    let Some(target) = target else {
        return Err(call.bad("input", "a table with one column of role `target`"));
    };
    Ok(Box::new(Sample { call, n, seed, target, seen: 0, limit: None, drawn: Vec::new(), kept: None }))
}

/// The rows that may stay of those that were there so far.
struct Sample<'a> {
    call: Call<'a>,
    n: usize,
    seed: u64,
    target: String,
    /// How many rows there were.
    seen: u64,
    /// What the number of a negative may be at most, once more than `n` were there.
    limit: Option<u64>,
    /// The number of each row that is kept; `None` of one that stays whatever comes.
    drawn: Vec<Option<u64>>,
    kept: Option<DataFrame>,
}

impl Sample<'_> {
    /// Leaves out the negatives beyond the `n` with the smallest numbers.
    fn thin(&mut self) -> Result<(), Fault> {
        let mut drawn: Vec<u64> = self.drawn.iter().copied().flatten().collect();
        if drawn.len() <= self.n {
            return Ok(());
        }
        self.limit = limit(&mut drawn, self.n);
        let stays = |drawn: &Option<u64>| drawn.is_none_or(|drawn| self.limit.is_some_and(|limit| drawn <= limit));
        if let Some(kept) = &mut self.kept {
            *kept = kept.filter(&self.drawn.iter().map(stays).collect()).map_err(fault)?;
        }
        self.drawn = self.drawn.iter().copied().filter(stays).collect();
        Ok(())
    }
}

impl Reducer for Sample<'_> {
    fn take(&mut self, rows: DataFrame) -> Result<(), Fault> {
        let truths = rows.column(&self.target).map_err(fault)?.as_materialized_series().bool().map_err(fault)?.clone();
        let number = |(row, truth): (usize, Option<bool>)| {
            (truth == Some(false)).then(|| hash(self.seed, self.seen + row as u64))
        };
        let drawn: Vec<Option<u64>> = truths.iter().enumerate().map(number).collect();
        self.seen += rows.height() as u64;
        let may_stay = |drawn: &Option<u64>| match (drawn, self.limit) {
            (Some(drawn), Some(limit)) => *drawn <= limit,
            _ => true,
        };
        let rows = rows.filter(&drawn.iter().map(may_stay).collect()).map_err(fault)?;
        self.drawn.extend(drawn.into_iter().filter(may_stay));
        append(&mut self.kept, rows)?;
        if self.drawn.len() > 2 * self.n + WAITING { self.thin() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Data, Fault> {
        self.thin()?;
        self.call.give(self.kept.take().unwrap_or_default().lazy())
    }
}

/// The largest random number that stays, for each group. No two rows have the same number.
struct Limits {
    seed: u64,
    groups: Option<Vec<IdxSize>>,
    /// `None` where nothing stays.
    limits: Vec<Option<u64>>,
}

impl Limits {
    fn of(frame: &DataFrame, truths: &BooleanChunked, per: &[String], n: usize, seed: u64) -> Result<Self, Fault> {
        let negatives = truths.iter().enumerate().filter(|(_, truth)| *truth == Some(false)).map(|(row, _)| row);
        if per.is_empty() {
            let mut drawn: Vec<u64> = negatives.map(|row| hash(seed, row as u64)).collect();
            return Ok(Self { seed, groups: None, limits: vec![limit(&mut drawn, n)] });
        }
        let (groups, count) = group_ids(&series(frame, per)?)?;
        let mut drawn: Vec<(IdxSize, u64)> = negatives.map(|row| (groups[row], hash(seed, row as u64))).collect();
        drawn.sort_unstable();
        let mut limits = vec![None; count];
        for of_group in drawn.chunk_by(|left, right| left.0 == right.0) {
            let last = n.min(of_group.len()).checked_sub(1);
            limits[of_group[0].0 as usize] = last.map(|last| of_group[last].1);
        }
        Ok(Self { seed, groups: Some(groups), limits })
    }

    fn keeps(&self, row: usize) -> bool {
        let group = self.groups.as_ref().map_or(0, |groups| groups[row] as usize);
        self.limits[group].is_some_and(|limit| hash(self.seed, row as u64) <= limit)
    }
}

/// The `n`th smallest number, or the largest where there are fewer.
fn limit(drawn: &mut [u64], n: usize) -> Option<u64> {
    let last = n.min(drawn.len()).checked_sub(1)?;
    Some(*drawn.select_nth_unstable(last).1)
}

//! The best candidates judged on all rows, each by a model that has not seen it.
//!
//! Of hundreds of models that are judged on some rows, the best there are best in part by chance, the more so the fewer the
//! rows are. So those that did best are learned again without a fifth of all rows, five times, and judged on what was left out.

use std::ops::ControlFlow;
use std::time::Instant;

use gml_connect::Fault;
use gml_ir::Role;
use polars::prelude::{BooleanChunked, DataFrame, IntoLazy};
use rayon::prelude::*;

use super::family::{Family, Ready, together};
use super::search::{Candidate, Effort, Task};
use super::selection;
use crate::data::{Context, Table};
use crate::frame;
use crate::learn::{in_pool, rounds_of, sample};
use crate::learned::Watch;
use crate::metrics::Sample;
use crate::table::hash;

/// Parts of the rows, each left out once.
const FOLDS: usize = 5;
/// From so many rows on chance does little.
const MANY_ROWS: usize = 50_000;
/// Until this share of the budget.
const UNTIL: f64 = 0.85;
/// Fewer candidates are not worth it.
const FEWEST: usize = 4;

/// What candidates say of rows that they have not seen.
pub(super) struct Unseen {
    /// All rows, by fold.
    pub(super) sample: Sample,
    /// Of each candidate what it says of these rows, and after how many rounds trees stopped, in the mean.
    pub(super) raws: Vec<(Vec<f64>, Option<usize>)>,
}

/// One fold with the recipes of all families that candidates are of.
struct Fold {
    ready: Vec<Option<Ready>>,
}

impl Task<'_> {
    /// The first of the candidates judged on all rows; nothing where rows stand in an order or in groups, which a fold would tear
    /// apart, where there are many of them, or where there is no time.
    ///
    /// # Errors
    /// Those of learning and judging.
    pub(super) fn unseen(
        &self,
        families: &[Family],
        candidates: &[&Candidate],
        effort: Effort,
        began: Instant,
    ) -> Result<Option<Unseen>, Fault> {
        let row = &self.train.ty.row;
        if row.with_role(Role::Time).is_some() || row.with_role(Role::Group).is_some() {
            return Ok(None);
        }
        let all = together(self.train, self.valid)?;
        let rows = frame::collect(all.frame.clone())?;
        if rows.height() >= MANY_ROWS || rows.height() < FOLDS * FOLDS {
            return Ok(None);
        }
        let count = self.affordable(candidates, effort, began);
        if count < FEWEST {
            return Ok(None);
        }
        let candidates = &candidates[..count];
        let folds = (0..FOLDS).map(|fold| self.fold(fold, &rows, &all, families, candidates));
        let folds: Vec<Fold> = folds.collect::<Result<_, _>>()?;
        let context = self.until(effort, began, 1.0);
        let context = Context { threads: 1, observer: context.observer.quiet(), ..context };
        let tasks: Vec<(usize, usize)> =
            (0..FOLDS).flat_map(|fold| (0..count).map(move |candidate| (fold, candidate))).collect();
        let learned = in_pool(self.context.threads, || {
            tasks.par_iter().map(|(fold, place)| judged(&folds[*fold], candidates[*place], &context)).collect()
        });
        let learned: Vec<Option<(Sample, Option<usize>)>> = Result::<_, Fault>::from_iter::<Vec<_>>(learned)?;
        Ok(gathered(learned, count))
    }

    /// How many candidates there is time for. Learning without a fifth of the rows takes about as long as learning did.
    fn affordable(&self, candidates: &[&Candidate], effort: Effort, began: Instant) -> usize {
        let most = candidates.len().min(selection::MOST_CANDIDATES);
        let Effort::Budget(budget) = effort else { return most };
        let left = budget.mul_f64(UNTIL).saturating_sub(began.elapsed()).as_secs_f64();
        let threads = self.context.threads.max(1) as f64;
        let mut needed = 0.0;
        let fits = candidates.iter().take_while(|candidate| {
            needed += candidate.seconds * FOLDS as f64 / threads;
            needed <= left
        });
        fits.count().min(most)
    }

    fn fold(
        &self,
        fold: usize,
        rows: &DataFrame,
        all: &Table,
        families: &[Family],
        candidates: &[&Candidate],
    ) -> Result<Fold, Fault> {
        let is_out: Vec<bool> =
            (0..rows.height()).map(|row| hash(self.seed, row as u64) % FOLDS as u64 == fold as u64).collect();
        let part = |out: bool| -> Result<Table, Fault> {
            let mask: BooleanChunked = is_out.iter().map(|is_out| Some(*is_out == out)).collect();
            let part = rows.filter(&mask).map_err(frame::fault)?;
            Ok(Table { frame: part.lazy(), ty: all.ty.clone() })
        };
        let (train, valid) = (part(false)?, part(true)?);
        let is_needed = |place: usize| candidates.iter().any(|candidate| candidate.family == place);
        let ready = families
            .iter()
            .enumerate()
            .map(|(place, family)| is_needed(place).then(|| family.ready(&train, &valid, self.context)).transpose());
        Ok(Fold { ready: ready.collect::<Result<_, _>>()? })
    }
}

/// What a candidate, learned anew, says of the rows that were left out; nothing where the time is over.
fn judged(fold: &Fold, candidate: &Candidate, context: &Context) -> Result<Option<(Sample, Option<usize>)>, Fault> {
    let Some(ready) = &fold.ready[candidate.family] else { return Ok(None) };
    let watch = Watch { metric: None, told: &mut |_| ControlFlow::Continue(()) };
    let made = ready.trials.fit(&candidate.changes, watch, context);
    if context.observer.is_late() {
        return Ok(None);
    }
    let Some(model) = made? else { return Ok(None) };
    let sample = sample(&*model, ready.trials.valid(), context)?;
    Ok(Some((sample, rounds_of(&*model))))
}

/// The folds behind each other; nothing where folds cannot be held together, since some class is not in one of them.
fn gathered(learned: Vec<Option<(Sample, Option<usize>)>>, count: usize) -> Option<Unseen> {
    let mut raws: Vec<(Vec<f64>, Vec<usize>)> = vec![Default::default(); count];
    let mut sample: Option<Sample> = None;
    for (place, of_fold) in learned.into_iter().enumerate() {
        let (of_fold, rounds) = of_fold?;
        let (raw, all_rounds) = &mut raws[place % count];
        raw.extend(selection::raw(&of_fold.outcome));
        all_rounds.extend(rounds);
        if place % count == 0 {
            sample = Some(match sample {
                Some(before) => before.and(of_fold)?,
                None => of_fold,
            });
        }
    }
    let sample = sample?;
    let width = raws[0].0.len();
    let raws = raws.into_iter().map(|(raw, rounds)| {
        let mean = (!rounds.is_empty()).then(|| rounds.iter().sum::<usize>().div_ceil(rounds.len()));
        (raw, mean)
    });
    let raws: Vec<_> = raws.collect();
    raws.iter().all(|(raw, _)| raw.len() == width).then_some(Unseen { sample, raws })
}

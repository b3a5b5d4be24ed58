//! How far metrics move by chance: samples drawn from the rows with replacement (Efron 1979, "Bootstrap Methods: Another Look
//! at the Jackknife").

use gml_connect::Fault;
use gml_ir::Value;
use rayon::prelude::*;

use super::in_pool;
use crate::data::Context;
use crate::metrics::{Sample, is_by_groups, judge};
use crate::table::hash;

/// Between these shares of the values lie 95% of them.
const ENDS: [f64; 2] = [0.025, 0.975];

/// The values of metrics on so many samples; a sample on which a metric is not defined (`auc` of one class) has none. For metrics of the
/// first of each group whole groups are drawn, and for all metrics of a ranking. What is drawn depends on the seed and on places alone.
///
/// # Errors
/// Those of judging, but for GML0928.
pub(crate) fn values(
    metrics: &[Value],
    sample: &Sample,
    resamples: usize,
    seed: u64,
    context: &Context,
) -> Result<Vec<Vec<f64>>, Fault> {
    let (of_queries, of_groups) = (sample.groups().map(rows_of), sample.group.as_deref().map(rows_of));
    let takes_groups = |metric: &Value| of_groups.is_some() && is_by_groups(metric);
    let of_one = |resample: usize| -> Result<Vec<Option<f64>>, Fault> {
        let seed = hash(seed, resample as u64);
        let is_needed = |groups: bool| metrics.iter().any(|metric| takes_groups(metric) == groups);
        let by_rows = is_needed(false).then(|| drawn(sample, of_queries.as_deref(), seed).0);
        let by_groups = is_needed(true).then(|| drawn(sample, of_groups.as_deref(), seed).0);
        let of_metric = |metric: &Value| {
            let drawn = if takes_groups(metric) { &by_groups } else { &by_rows };
            drawn.as_ref().map_or(Ok(None), |drawn| defined(metric, drawn))
        };
        metrics.iter().map(of_metric).collect()
    };
    let drawn = in_pool(context.threads, || (0..resamples).into_par_iter().map(of_one).collect::<Result<Vec<_>, _>>())?;
    let of_metric = |place: usize| drawn.iter().filter_map(|values| values[place]).collect();
    Ok((0..metrics.len()).map(of_metric).collect())
}

/// The value of a metric, or nothing where it is not defined on these rows, or all of them weigh nothing.
pub(crate) fn defined(metric: &Value, sample: &Sample) -> Result<Option<f64>, Fault> {
    if sample.weighs_nothing() {
        return Ok(None);
    }
    match judge(metric, sample) {
        Ok(value) => Ok(Some(value)),
        Err(fault) if fault.code == "GML0928" => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Where the middle 95% of the values begin and end, between the nearest two; nothing of no values.
pub(crate) fn interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(ENDS.map(|share| {
        let place = share * last as f64;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        low + (high - low) * place.fract()
    }))
}

/// As many rows as there are, drawn with replacement, of a ranking whole queries; with the places that they were drawn from.
pub(crate) fn draw(sample: &Sample, seed: u64) -> (Sample, Vec<usize>) {
    drawn(sample, sample.groups().map(rows_of).as_deref(), seed)
}

fn drawn(sample: &Sample, rows_of: Option<&[Vec<usize>]>, seed: u64) -> (Sample, Vec<usize>) {
    let below = |count: usize, place: usize| ((u128::from(hash(seed, place as u64)) * count as u128) >> 64) as usize;
    let Some(rows_of) = rows_of else {
        let count = sample.outcome.rows();
        let rows: Vec<usize> = (0..count).map(|place| below(count, place)).collect();
        return (sample.take(&rows, None), rows);
    };
    let (mut rows, mut groups) = (Vec::new(), Vec::new());
    for place in 0..rows_of.len() {
        let of_group = &rows_of[below(rows_of.len(), place)];
        rows.extend_from_slice(of_group);
        groups.resize(rows.len(), place);
    }
    (sample.take(&rows, Some(groups)), rows)
}

fn rows_of(groups: &[usize]) -> Vec<Vec<usize>> {
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); groups.iter().max().map_or(0, |last| last + 1)];
    for (row, group) in groups.iter().enumerate() {
        rows_of[*group].push(row);
    }
    rows_of
}

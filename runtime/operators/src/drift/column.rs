//! One column of two tables.

use std::collections::HashMap;

use super::statistics::{chi_square, jensen_shannon, kolmogorov_smirnov, stability_index};
use crate::columns::{Values, quantile};

/// Bins of numbers: those between the deciles of the reference.
const BINS: usize = 10;

/// Values of which fewer rows are expected in the smaller table are taken together (Cochran 1954).
const EXPECTED_ROWS: f64 = 5.0;

/// How values of a column are spread, before and now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Compared {
    /// The population stability index.
    pub(super) index: f64,
    /// The distance of Kolmogorov and Smirnov, or chi-square.
    pub(super) statistic: f64,
    /// Which of them it is.
    pub(super) test: &'static str,
    /// How likely such a statistic is by chance.
    pub(super) p: f64,
    /// The Jensen-Shannon distance.
    pub(super) distance: f64,
    /// Shares of nulls, before and now.
    pub(super) nulls: (f64, f64),
    /// Values that are in one table only, the most frequent first.
    pub(super) new: Vec<String>,
    pub(super) gone: Vec<String>,
    /// What the bins are, and the shares of rows in them.
    pub(super) bins: Bins,
}

/// Bins with the rows in them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bins {
    /// What each holds.
    pub(super) names: Vec<String>,
    /// Rows of the reference.
    pub(super) before: Vec<f64>,
    /// Rows of now.
    pub(super) now: Vec<f64>,
}

/// Compares the values of a column; both tables have rows.
pub(super) fn compare(before: &Values, now: &Values) -> Compared {
    let nulls = (nulls(before), nulls(now));
    match (before, now) {
        (Values::Ordered { numbers: before, form }, Values::Ordered { numbers: now, .. }) => {
            let (sorted_before, sorted_now) = (sorted(before), sorted(now));
            if sorted_before.is_empty() || sorted_now.is_empty() {
                // There is nothing to compare but how often there is something.
                let counts =
                    |sorted: &[f64], all: &[Option<f64>]| vec![sorted.len() as f64, (all.len() - sorted.len()) as f64];
                let names = vec!["a value".into(), "null".into()];
                let bins = Bins { names, before: counts(&sorted_before, before), now: counts(&sorted_now, now) };
                return by_bins(bins, nulls, Vec::new(), Vec::new());
            }
            let bins = deciles(&sorted_before, &sorted_now, before, now, *form);
            let (statistic, p) = kolmogorov_smirnov(&sorted_before, &sorted_now);
            Compared {
                index: stability_index(&bins.before, &bins.now),
                statistic,
                test: "Kolmogorov-Smirnov",
                p,
                distance: jensen_shannon(&bins.before, &bins.now),
                nulls,
                new: Vec::new(),
                gone: Vec::new(),
                bins,
            }
        }
        _ => {
            let (before, now) = (counts(before), counts(now));
            let missing = |of: &Counts, from: &Counts| {
                let mut missing: Vec<(&String, usize)> = of
                    .names
                    .iter()
                    .zip(of.counts.iter().copied())
                    .filter(|(name, _)| !from.places.contains_key(*name))
                    .collect();
                missing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
                missing.into_iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            let (new, gone) = (missing(&now, &before), missing(&before, &now));
            by_bins(values(&before, &now), nulls, new, gone)
        }
    }
}

fn by_bins(bins: Bins, nulls: (f64, f64), new: Vec<String>, gone: Vec<String>) -> Compared {
    let (statistic, p) = chi_square(&bins.before, &bins.now);
    Compared {
        index: stability_index(&bins.before, &bins.now),
        statistic,
        test: "chi-square",
        p,
        distance: jensen_shannon(&bins.before, &bins.now),
        nulls,
        new,
        gone,
        bins,
    }
}

fn nulls(values: &Values) -> f64 {
    let (nulls, rows) = match values {
        Values::Ordered { numbers, .. } => (numbers.iter().filter(|number| number.is_none()).count(), numbers.len()),
        Values::Named { codes, .. } => (codes.iter().filter(|code| code.is_none()).count(), codes.len()),
    };
    nulls as f64 / rows.max(1) as f64
}

/// What is neither null nor NaN, by size.
fn sorted(numbers: &[Option<f64>]) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.iter().flatten().copied().filter(|number| !number.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Rows between the deciles of the reference, each bin with its upper end; rows without a number have a bin of their own.
fn deciles(
    sorted_before: &[f64],
    sorted_now: &[f64],
    before: &[Option<f64>],
    now: &[Option<f64>],
    form: gml_report::Form,
) -> Bins {
    let mut edges: Vec<f64> = (1..BINS).map(|edge| quantile(sorted_before, edge as f64 / BINS as f64)).collect();
    edges.dedup();
    let counts = |sorted: &[f64], all: &[Option<f64>]| {
        let below: Vec<usize> = edges.iter().map(|edge| sorted.partition_point(|number| number <= edge)).collect();
        let ends = below.iter().copied().chain([sorted.len()]);
        let mut counts: Vec<f64> = ends
            .scan(0, |before, end| {
                let rows = end - *before;
                *before = end;
                Some(rows as f64)
            })
            .collect();
        counts.push((all.len() - sorted.len()) as f64);
        counts
    };
    let written = |edge: &f64| super::report::written(*edge, form);
    let mut names: Vec<String> = edges.iter().map(|edge| format!("to {}", written(edge))).collect();
    names.push(edges.last().map_or_else(String::new, |edge| format!("above {}", written(edge))));
    names.push("null".into());
    let mut bins = Bins { names, before: counts(sorted_before, before), now: counts(sorted_now, now) };
    bins.without_empty_nulls();
    bins
}

impl Bins {
    /// A bin of nulls says nothing where there is none in either table.
    fn without_empty_nulls(&mut self) {
        if self.before.last() == Some(&0.0) && self.now.last() == Some(&0.0) {
            self.names.pop();
            self.before.pop();
            self.now.pop();
        }
    }
}

/// Distinct values and their rows.
struct Counts {
    names: Vec<String>,
    counts: Vec<usize>,
    places: HashMap<String, usize>,
    nulls: usize,
}

/// A column of texts, or one of anything else by how it is written.
fn counts(values: &Values) -> Counts {
    let (names, codes): (Vec<String>, Vec<Option<u32>>) = match values {
        Values::Named { names, codes } => (names.clone(), codes.clone()),
        // A column that is all null in one of the tables has no type of its own there.
        Values::Ordered { numbers, .. } => (Vec::new(), vec![None; numbers.len()]),
    };
    let mut counts = vec![0_usize; names.len()];
    codes.iter().flatten().for_each(|code| counts[*code as usize] += 1);
    let nulls = codes.iter().filter(|code| code.is_none()).count();
    let places = names.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
    Counts { names, counts, places, nulls }
}

/// Rows of each value, the most frequent first; rare ones are taken together, and nulls have a bin of their own.
fn values(before: &Counts, now: &Counts) -> Bins {
    let rows = |counts: &Counts| counts.counts.iter().sum::<usize>() + counts.nulls;
    let (rows_before, rows_now) = (rows(before), rows(now));
    let of = |counts: &Counts, name: &String| counts.places.get(name).map_or(0, |place| counts.counts[*place]);
    let only_now = now.names.iter().filter(|name| !before.places.contains_key(*name));
    let mut found: Vec<(&String, usize, usize)> =
        before.names.iter().chain(only_now).map(|name| (name, of(before, name), of(now, name))).collect();
    found.sort_by(|a, b| (b.1 + b.2).cmp(&(a.1 + a.2)).then_with(|| a.0.cmp(b.0)));
    let smaller = rows_before.min(rows_now) as f64 / (rows_before + rows_now).max(1) as f64;
    let is_rare = |both: usize| both as f64 * smaller < EXPECTED_ROWS;
    let mut bins = Bins { names: Vec::new(), before: Vec::new(), now: Vec::new() };
    let mut rare = (0, 0, 0);
    for (name, before, now) in found {
        if is_rare(before + now) {
            rare = (rare.0 + 1, rare.1 + before, rare.2 + now);
        } else {
            bins.push(name.clone(), before, now);
        }
    }
    if rare.0 > 0 {
        bins.push(format!("{} rare value{}", rare.0, if rare.0 == 1 { "" } else { "s" }), rare.1, rare.2);
    }
    bins.push("null".into(), before.nulls, now.nulls);
    bins.without_empty_nulls();
    bins
}

impl Bins {
    fn push(&mut self, name: String, before: usize, now: usize) {
        self.names.push(name);
        self.before.push(before as f64);
        self.now.push(now as f64);
    }
}

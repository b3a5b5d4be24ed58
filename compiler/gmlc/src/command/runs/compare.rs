//! Two runs held against each other.

use std::collections::BTreeMap;

use gml_engine::RunRecord;
use serde_json::{Value as Json, json};

use super::named;
use super::show::written;
use crate::output::line;

/// A metric: its name, its partition, and the how many-th of these it is in its run, from 1.
type Measured = (String, String, usize);

/// What differs between two runs, and all of their metrics.
pub(super) struct Comparison {
    first: String,
    second: String,
    same_program: bool,
    environments: (Option<String>, Option<String>),
    /// Those that differ; nothing where a run has none of the name.
    parameters: Vec<(String, Option<Json>, Option<Json>)>,
    metrics: Vec<(Measured, Option<f64>, Option<f64>)>,
    /// Rows of datasets that differ.
    datasets: Vec<(String, Option<u64>, Option<u64>)>,
    seconds: (f64, f64),
}

/// Holds two runs against each other.
pub(super) fn compare(first: &RunRecord, second: &RunRecord) -> Comparison {
    let rows = both(datasets(first), datasets(second)).map(|(name, a, b)| (name, a.flatten(), b.flatten()));
    Comparison {
        first: first.id.clone(),
        second: second.id.clone(),
        same_program: first.program_hash == second.program_hash,
        environments: (first.environment.clone(), second.environment.clone()),
        parameters: both(parameters(first), parameters(second)).filter(|(_, a, b)| a != b).collect(),
        metrics: both(metrics(first), metrics(second)).collect(),
        datasets: rows.filter(|(_, a, b)| a != b).collect(),
        seconds: (first.seconds, second.seconds),
    }
}

/// What either has, with the value in the one and in the other.
fn both<K: Ord + Clone, V: Clone>(
    first: BTreeMap<K, V>,
    second: BTreeMap<K, V>,
) -> impl Iterator<Item = (K, Option<V>, Option<V>)> {
    let mut names: Vec<K> = first.keys().chain(second.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.into_iter().map(move |name| {
        let values = (first.get(&name).cloned(), second.get(&name).cloned());
        (name, values.0, values.1)
    })
}

fn parameters(record: &RunRecord) -> BTreeMap<String, Json> {
    let own = record.parameters.iter().map(|(name, value)| (name.clone(), value.clone()));
    let of_pipelines = record.pipelines.iter().flat_map(|pipeline| {
        let named = |(name, value): (&String, &Json)| (format!("{}.{name}", pipeline.name), value.clone());
        pipeline.parameters.iter().map(named).collect::<Vec<_>>()
    });
    own.chain(of_pipelines).collect()
}

fn metrics(record: &RunRecord) -> BTreeMap<Measured, f64> {
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let numbered = record.metrics.iter().map(|metric| {
        let time = times.entry((&metric.name, &metric.partition)).or_default();
        *time += 1;
        ((metric.name.clone(), metric.partition.clone(), *time), metric.value)
    });
    numbered.collect()
}

/// A metric as it is shown: `auc (test)`, and where it was tracked again `auc (test) #2`.
fn shown((name, partition, time): &Measured) -> String {
    let named = named(name, partition);
    if *time == 1 { named } else { format!("{named} #{time}") }
}

fn datasets(record: &RunRecord) -> BTreeMap<String, Option<u64>> {
    record.datasets.iter().map(|dataset| (dataset.name.clone(), dataset.rows)).collect()
}

impl Comparison {
    /// Prints it for people.
    pub(super) fn print(&self) {
        line(format!("A  {}  {:.2} s", self.first, self.seconds.0));
        line(format!("B  {}  {:.2} s", self.second, self.seconds.1));
        line(if self.same_program { "the same program" } else { "the program changed" });
        let (a, b) = &self.environments;
        if a != b {
            line(format!("environment: {} -> {}", or_none(a.clone()), or_none(b.clone())));
        }
        for (name, a, b) in &self.parameters {
            let value = |value: &Option<Json>| or_none(value.as_ref().map(written));
            line(format!("parameter {name}: {} -> {}", value(a), value(b)));
        }
        for (name, a, b) in &self.datasets {
            let rows = |rows: &Option<u64>| or_none(rows.map(|rows| rows.to_string()));
            line(format!("rows of {name}: {} -> {}", rows(a), rows(b)));
        }
        if self.metrics.is_empty() {
            return;
        }
        let names: Vec<String> = self.metrics.iter().map(|(metric, ..)| shown(metric)).collect();
        let wide = names.iter().map(String::len).max().unwrap_or(0).max(6);
        line("");
        line(format!("{:wide$}  {:>12}  {:>12}  {:>12}", "metric", "A", "B", "B - A"));
        for (name, (.., a, b)) in names.iter().zip(&self.metrics) {
            let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.6}"));
            let difference = a.zip(*b).map_or_else(|| "-".to_owned(), |(a, b)| format!("{:+.6}", b - a));
            line(format!("{name:wide$}  {:>12}  {:>12}  {difference:>12}", number(*a), number(*b)));
        }
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Json {
        let parameters = self.parameters.iter().map(|(name, a, b)| json!({ "name": name, "first": a, "second": b }));
        let metrics = self.metrics.iter().map(|((name, partition, time), a, b)| {
            let difference = a.zip(*b).map(|(a, b)| b - a);
            json!({ "name": name, "partition": partition, "time": time, "first": a, "second": b, "difference": difference })
        });
        let datasets = self.datasets.iter().map(|(name, a, b)| json!({ "name": name, "first": a, "second": b }));
        json!({
            "first": self.first,
            "second": self.second,
            "same_program": self.same_program,
            "environment": { "first": self.environments.0, "second": self.environments.1 },
            "parameters": parameters.collect::<Vec<_>>(),
            "metrics": metrics.collect::<Vec<_>>(),
            "rows": datasets.collect::<Vec<_>>(),
            "seconds": { "first": self.seconds.0, "second": self.seconds.1 },
        })
    }
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "none".into())
}

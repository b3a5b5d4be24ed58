//! The page of a run: what happened, for people.

use gml_report::{Block, Datum, Grid, Report, compact};
use serde_json::{Map, Value as Json};

use super::artifact::Kept;
use super::record::{MetricRecord, RunRecord, RunState, StepRecord, StepState};

/// The page of a run with what it kept in files.
pub(crate) fn of_run(record: &RunRecord, artifacts: &[Kept]) -> Report {
    let names: Vec<&str> = record.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    let mut blocks = vec![Block::Facts(facts(record))];
    if let Some(failure) = &record.failure {
        let place = failure.place.iter().map(|place| format!("at {place}"));
        let help = failure.help.iter().map(|help| format!("help: {help}"));
        let lines = place.chain(failure.details.iter().cloned()).chain(help).collect();
        blocks.push(Block::Failure(format!("{}: {}", failure.code, failure.message), lines));
    }
    if !record.contracts.is_empty() {
        let told = record.contracts.iter().map(|entry| {
            let action = if entry.action == "drop" { "left out" } else { "kept" };
            let (rows_broke, were) = if entry.rows == 1 { ("row broke", "was") } else { ("rows broke", "were") };
            format!(
                "{}: {} {rows_broke} `{} {}` and {were} {action}",
                entry.dataset, entry.rows, entry.column, entry.rule
            )
        });
        blocks.push(Block::Warnings(told.collect()));
    }
    if !record.metrics.is_empty() {
        blocks.push(Block::section("Metrics", measured(record)));
    }
    blocks.extend(artifacts.iter().map(|artifact| artifact.section.clone()));
    if !record.datasets.is_empty() {
        blocks.push(Block::section("Written", vec![Block::Table(datasets(record))]));
    }
    blocks.extend(parameters(record));
    if !record.steps.is_empty() {
        blocks.push(Block::section("Steps", vec![Block::Table(steps(record))]));
    }
    Report::new(format!("Run of {}", if names.is_empty() { "nothing".into() } else { names.join(", ") }), blocks)
}

fn facts(record: &RunRecord) -> Vec<(String, Datum)> {
    let state = match record.state {
        RunState::Running => Datum::Verdict("running".into(), true),
        RunState::Done => Datum::Verdict("done".into(), false),
        RunState::Failed => Datum::Verdict("failed".into(), true),
        RunState::Interrupted => Datum::Verdict("interrupted".into(), true),
    };
    // To the second, which is enough for people.
    let started = record.started.split(['.', 'Z']).next().unwrap_or_default().replace('T', " ");
    let mut facts = vec![
        ("state".to_owned(), state),
        ("started (UTC)".into(), Datum::text(started)),
        ("took".into(), Datum::text(gml_report::duration(record.seconds))),
        ("run".into(), Datum::Code(record.id.clone())),
    ];
    facts.extend(record.environment.iter().map(|name| ("environment".to_owned(), Datum::Code(name.clone()))));
    let hash: String = record.program_hash.chars().take(12).collect();
    facts.push(("program".into(), Datum::Code(hash)));
    facts
}

/// The metrics as a table; as several, in the order in which they were tracked, where some were tracked again.
fn measured(record: &RunRecord) -> Vec<Block> {
    let parts = record.measured();
    let count = parts.len();
    let blocks = parts.into_iter().enumerate().flat_map(|(place, part)| {
        let title = (count > 1).then(|| Block::Text(part.title(place, count)));
        title.into_iter().chain([Block::Table(metrics(part.metrics))])
    });
    blocks.collect()
}

/// A row for each metric, a column for each partition.
fn metrics(measured: &[MetricRecord]) -> Grid {
    let (mut partitions, mut names): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for metric in measured {
        if !partitions.contains(&metric.partition.as_str()) {
            partitions.push(&metric.partition);
        }
        if !names.contains(&metric.name.as_str()) {
            names.push(&metric.name);
        }
    }
    let value = |name: &str, partition: &str| {
        let found = measured.iter().find(|metric| metric.name == name && metric.partition == partition);
        found.map_or(Datum::Nothing, |metric| Datum::Number(metric.value))
    };
    let headings =
        ["metric"].into_iter().chain(partitions.iter().map(|name| if name.is_empty() { "value" } else { name }));
    let row = |name: &&str| {
        let values = partitions.iter().map(|partition| value(name, partition));
        [Datum::Code((*name).to_owned())].into_iter().chain(values).collect()
    };
    Grid::new(headings.collect::<Vec<_>>(), names.iter().map(row).collect())
}

fn datasets(record: &RunRecord) -> Grid {
    let number = |number: Option<u64>| number.map_or(Datum::Nothing, |number| Datum::Number(number as f64));
    let rows = record.datasets.iter().map(|dataset| {
        let bytes = dataset.bytes.map_or(Datum::Nothing, |bytes| Datum::text(size(bytes)));
        vec![Datum::Code(dataset.name.clone()), Datum::Code(dataset.path.clone()), number(dataset.rows), bytes]
    });
    Grid::new(["dataset", "place", "rows", "size"], rows.collect())
}

fn parameters(record: &RunRecord) -> Option<Block> {
    let given = |of: &str, parameters: &Map<String, Json>| {
        let rows = parameters.iter().map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            vec![Datum::text(of), Datum::Code(name.clone()), Datum::Code(value)]
        });
        rows.collect::<Vec<_>>()
    };
    let of_pipelines = record.pipelines.iter().flat_map(|pipeline| given(&pipeline.name, &pipeline.parameters));
    let rows: Vec<Vec<Datum>> = given("program", &record.parameters).into_iter().chain(of_pipelines).collect();
    let table = Block::Table(Grid::new(["of", "parameter", "value"], rows));
    let Block::Table(grid) = &table else { return None };
    (!grid.rows.is_empty()).then(|| Block::section("Parameters", vec![table]))
}

fn steps(record: &RunRecord) -> Grid {
    let longest = record.steps.iter().map(|step| step.seconds).fold(0.0, f64::max);
    let row = |step: &StepRecord| {
        let state = match step.state {
            StepState::Ran => Datum::Verdict("ran".into(), false),
            StepState::Cached => Datum::Verdict("cached".into(), false),
            StepState::Failed => Datum::Verdict("failed".into(), true),
            StepState::Skipped => Datum::Verdict("skipped".into(), false),
            StepState::Running => Datum::Verdict("running".into(), true),
        };
        let rows = step.rows.map_or(Datum::Nothing, |rows| Datum::Number(rows as f64));
        let memory = step.peak_memory.map_or(Datum::Nothing, |bytes| Datum::text(size(bytes)));
        let place = format!("{}:{}", step.location.file, step.location.line);
        vec![
            Datum::Code(step.id.clone()),
            Datum::text(step.name.clone()),
            state,
            Datum::Seconds(step.seconds, if longest > 0.0 { step.seconds / longest } else { 0.0 }),
            rows,
            memory,
            Datum::text(step.within.join(" > ")),
            Datum::Code(place),
        ]
    };
    let headings = ["step", "what", "state", "took", "rows", "most memory so far", "within", "place"];
    Grid::new(headings, record.steps.iter().map(row).collect())
}

/// A size in bytes, in the unit that suits it.
fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    let units = [(1024.0 * 1024.0 * 1024.0, "GiB"), (1024.0 * 1024.0, "MiB"), (1024.0, "KiB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{} {name}", compact((bytes / unit * 10.0).round() / 10.0)),
        None => format!("{bytes} bytes"),
    }
}

//! Reading older versions of the datasets that keep them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use gml_connect::{Fault, Version};
use gml_ir::{Dataset, Graph, Program, StepKind, Value};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::codes;
use crate::store::history::find_run;
use crate::store::record::RunRecord;

/// Which version of a dataset is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The version of that number: of the dataset of that name, or of the only one that is read.
    Version(Option<String>, u64),
    /// What a run saved, and of what it did not save what was there when it started.
    Run(String),
    /// What was there at a time.
    Time(Timestamp),
}

impl At {
    /// Reads `3`, `buyer=3`, the id of a run or what it begins with, `2026-11-28` (the end of that day, in UTC) or
    /// `2026-11-28T16:00:00Z`.
    ///
    /// # Errors
    /// What can be written instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        if let Some((name, version)) = text.split_once('=') {
            return match number(version.trim()) {
                Some(version) if !name.trim().is_empty() => Ok(Self::Version(Some(name.trim().to_owned()), version)),
                _ => Err("write the name of a dataset and the number of a version: buyer=3".into()),
            };
        }
        // Ids of runs begin with eight digits.
        if let Some(version) = number(text).filter(|_| text.len() < 8) {
            return Ok(Self::Version(None, version));
        }
        let time = text.strip_prefix('@').unwrap_or(text);
        if let Ok(time) = time.parse::<Timestamp>() {
            return Ok(Self::Time(time));
        }
        if let Ok(day) = time.parse::<Date>()
            && time.contains('-')
            && time.len() == 10
        {
            let end = day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC));
            return end.map(|end| Self::Time(end.timestamp())).map_err(|error| error.to_string());
        }
        let like_a_run = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if like_a_run {
            return Ok(Self::Run(text.to_owned()));
        }
        Err("write a version (3, buyer=3), the id of a run, or a time (2026-11-28, 2026-11-28T16:00:00Z)".into())
    }
}

/// The program with older versions in the place of the newest: of every dataset that keeps versions and that the pipelines of these
/// names read before they save it. What is told of a dataset by its name goes before what is told of all. Gives which version of
/// which dataset is read.
///
/// # Errors
/// Where no such dataset is read, or there is no such version.
pub fn read_at(
    program: &mut Program,
    pipelines: &[&str],
    project: &Path,
    wanted: &[At],
) -> Result<Vec<(String, Version)>, Fault> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let chosen = |program: &Program| -> Vec<usize> {
        let place = |name: &&str| program.pipelines.iter().position(|pipeline| &*pipeline.name == *name);
        pipelines.iter().filter_map(place).collect()
    };
    let versioned: BTreeSet<u32> = (0..)
        .zip(&program.datasets)
        .filter(|(_, dataset)| gml_connect::is_versioned(dataset))
        .map(|(place, _)| place)
        .collect();
    let (mut read, mut saved) = (BTreeSet::new(), BTreeSet::new());
    for place in chosen(program) {
        each_load(&mut program.pipelines[place].graph, &mut saved, &mut |load| {
            read.extend(versioned.get(load));
        });
    }
    let read: Vec<u32> = read.into_iter().collect();
    let found = read.iter().map(|place| {
        let dataset = &program.datasets[*place as usize];
        version_of(dataset, project, wanted, read.len()).map(|version| version.map(|version| (*place, version)))
    });
    let found: Vec<(u32, Version)> = found.filter_map(Result::transpose).collect::<Result<_, Fault>>()?;
    for at in wanted {
        if let At::Version(Some(name), _) = at
            && !found.iter().any(|(place, _)| *program.datasets[*place as usize].name == **name)
        {
            let names: Vec<&str> = read.iter().map(|place| &*program.datasets[*place as usize].name).collect();
            return Err(nothing_to_read(&format!("`{name}` is none that keeps versions and is read here"), &names));
        }
    }
    if found.is_empty() {
        return Err(nothing_to_read("nothing that is read here keeps versions", &[]));
    }
    let mut pinned = Vec::with_capacity(found.len());
    for (place, version) in &found {
        let mut dataset = program.datasets[*place as usize].clone();
        let number = i64::try_from(version.number).unwrap_or(i64::MAX);
        dataset.connector.args.push((gml_connect::AT.into(), Value::Int(number)));
        pinned.push((*place, program.datasets.len() as u32));
        program.datasets.push(dataset);
    }
    let mut saved = BTreeSet::new();
    for place in chosen(program) {
        each_load(&mut program.pipelines[place].graph, &mut saved, &mut |load| {
            if let Some((_, to)) = pinned.iter().find(|(from, _)| from == load) {
                *load = *to;
            }
        });
    }
    let name = |(place, version): (u32, Version)| (program.datasets[place as usize].name.to_string(), version);
    Ok(found.into_iter().map(name).collect())
}

/// Calls something for the dataset of each step that loads, but for those that a step before it saves.
fn each_load(graph: &mut Graph, saved: &mut BTreeSet<u32>, found: &mut dyn FnMut(&mut u32)) {
    for step in &mut graph.steps {
        match &mut step.kind {
            StepKind::Load(dataset) if !saved.contains(dataset) => found(dataset),
            StepKind::Save { dataset, .. } => {
                saved.insert(*dataset);
            }
            StepKind::When { body, .. } => each_load(body, saved, found),
            _ => {}
        }
    }
}

/// The version of a dataset that is read; nothing where nothing is told of it. `read` is how many datasets there are to tell of.
fn version_of(dataset: &Dataset, project: &Path, wanted: &[At], read: usize) -> Result<Option<Version>, Fault> {
    let all = gml_connect::versions(dataset, project)?;
    let of_name = |at: &&At| matches!(at, At::Version(Some(name), _) if **name == *dataset.name);
    let of_all = |at: &&At| !matches!(at, At::Version(Some(_), _));
    let Some(at) = wanted.iter().rfind(of_name).or_else(|| wanted.iter().rfind(of_all)) else { return Ok(None) };
    let before = |time: Timestamp| all.iter().rfind(|version| version.at <= time);
    let found = match at {
        At::Version(None, _) if read > 1 => {
            return Err(Fault::new(codes::NO_VERSION, "several datasets that keep versions are read here")
                .help(format!("say of which one it is the version: {}=3", dataset.name)));
        }
        At::Version(_, number) => all.iter().find(|version| version.number == *number),
        At::Time(time) => before(*time),
        At::Run(id) => {
            let record = find_run(project, id);
            let id = record.as_ref().map_or(id, |record| &record.id);
            match (all.iter().rfind(|version| version.run.as_ref() == Some(id)), record) {
                (Some(own), _) => Some(own),
                (None, Ok(record)) => started(&record).and_then(before),
                (None, Err(fault)) => return Err(fault),
            }
        }
    };
    let found = found.cloned().ok_or_else(|| {
        let what = match at {
            At::Version(_, number) => format!("`{}` has no version {number}", dataset.name),
            At::Time(time) => format!("nothing was saved as `{}` by {time}", dataset.name),
            At::Run(id) => format!("nothing was saved as `{}` when the run {id} started", dataset.name),
        };
        let fault = Fault::new(codes::NO_VERSION, what).at(&dataset.name);
        match (all.first(), all.last()) {
            (Some(first), Some(last)) => {
                let of = |version: &Version| format!("{} ({})", version.number, version.at);
                fault.help(format!("there are {} to {}", of(first), of(last)))
            }
            _ => fault.help("nothing was saved there yet: run the pipeline that saves it"),
        }
    })?;
    Ok(Some(found))
}

fn started(record: &RunRecord) -> Option<Timestamp> {
    record.started.parse().ok()
}

fn nothing_to_read(message: &str, names: &[&str]) -> Fault {
    let fault = Fault::new(codes::NO_VERSION, message);
    if names.is_empty() {
        fault.help("`--at` is for datasets with `versioned: true` that the chosen pipelines read")
    } else {
        fault.help(format!("there are {}", names.join(", ")))
    }
}

/// The program, in which each dataset that keeps versions knows which run saves it.
pub(crate) fn saved_by<'a>(program: &'a Program, run: &str) -> Cow<'a, Program> {
    if !program.datasets.iter().any(gml_connect::is_versioned) {
        return Cow::Borrowed(program);
    }
    let mut program = program.clone();
    for dataset in program.datasets.iter_mut().filter(|dataset| gml_connect::is_versioned(dataset)) {
        dataset.connector.args.push((gml_connect::RUN.into(), Value::Str(run.into())));
    }
    Cow::Owned(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_runs_and_times_are_told_apart() {
        let of = |text: &str| At::parse(text).unwrap();
        assert_eq!(of("3"), At::Version(None, 3));
        assert_eq!(of("000003"), At::Version(None, 3));
        assert_eq!(of("buyer = 12"), At::Version(Some("buyer".into()), 12));
        assert_eq!(of("20261128-1600"), At::Run("20261128-1600".into()));
        assert_eq!(of("20261128"), At::Run("20261128".into()));
        assert_eq!(of("last"), At::Run("last".into()));
        assert_eq!(of("2026-11-28"), At::Time("2026-11-29T00:00:00Z".parse().unwrap()));
        assert_eq!(of("@2026-11-28T16:00:00Z"), At::Time("2026-11-28T16:00:00Z".parse().unwrap()));
        for wrong in ["", "buyer=", "=3", "buyer=x", "../x"] {
            assert!(At::parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! Files of a run beside its record: figures, reports, tables, how arguments were found, and how learning went.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_operators::{Course, History};
use gml_report::{Block, Figure, Report};
use polars::prelude::DataFrame;
use serde_json::{Map, Value as Json, json};

use super::{cannot_write, json, replace};
use crate::store::record::ArtifactKind;

/// Rows of a table that a page shows.
const SHOWN_ROWS: usize = 20;

/// What was written, and what the page of the run shows of it.
#[derive(Clone)]
pub(crate) struct Kept {
    /// The name of its files, without endings.
    pub(crate) stem: String,
    /// What it is.
    pub(crate) kind: ArtifactKind,
    /// The names of its files.
    pub(crate) files: Vec<String>,
    /// What a page shows.
    pub(crate) section: Block,
}

/// Something that a run leaves behind.
pub(crate) enum Artifact {
    /// A figure, as SVG and as PNG.
    Figure(Arc<Figure>),
    /// A report, as an HTML page.
    Report(Arc<Report>),
    /// A table, as Parquet.
    Table(DataFrame),
    /// How arguments were found, as JSON and as a figure.
    History(Arc<History>),
    /// What was seen step by step while something learned, as JSON and as a figure.
    Course(Arc<Course>),
}

impl Artifact {
    /// Writes it into the folder of the run; each of its files appears as a whole.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub(crate) fn keep(self, folder: &Path, stem: String) -> Result<Kept, Fault> {
        self.write(folder, &stem)?;
        Ok(Kept { kind: self.kind(), files: self.files(&stem), section: self.section(&stem), stem })
    }

    /// What it is.
    pub(crate) fn kind(&self) -> ArtifactKind {
        match self {
            Self::Figure(_) => ArtifactKind::Figure,
            Self::Report(_) => ArtifactKind::Report,
            Self::Table(_) => ArtifactKind::Table,
            Self::History(_) => ArtifactKind::History,
            Self::Course(_) => ArtifactKind::Course,
        }
    }

    fn files(&self, stem: &str) -> Vec<String> {
        let endings: &[&str] = match self {
            Self::Figure(_) => &["svg", "png"],
            Self::Report(_) => &["html"],
            Self::Table(_) => &["parquet"],
            Self::History(_) | Self::Course(_) => &["json", "svg", "png"],
        };
        endings.iter().map(|ending| format!("{stem}.{ending}")).collect()
    }

    fn write(&self, folder: &Path, stem: &str) -> Result<(), Fault> {
        let file = |ending: &str| folder.join(format!("{stem}.{ending}"));
        let text = |ending: &str, text: &str| {
            replace(&file(ending), text.as_bytes()).map_err(|error| cannot_write(&file(ending), &error))
        };
        let drawn = |figure: &Figure| {
            text("svg", &gml_report::svg(figure))?;
            let picture = gml_report::png(figure)
                .map_err(|error| Fault::new(crate::codes::INTERNAL_ERROR, error.to_string()).at(&figure.title))?;
            replace(&file("png"), &picture).map_err(|error| cannot_write(&file("png"), &error))
        };
        match self {
            Self::Figure(figure) => drawn(figure),
            Self::Report(report) => text("html", &gml_report::page(report)),
            Self::Table(frame) => gml_connect::write_parquet(&file("parquet"), frame.clone()).map(drop),
            Self::History(history) => {
                text("json", &history_text(history)?)?;
                drawn(&history.figure())
            }
            Self::Course(course) => {
                text("json", &pretty(&course_json(course))?)?;
                drawn(&course.figure())
            }
        }
    }

    fn section(&self, stem: &str) -> Block {
        match self {
            Self::Figure(figure) => Block::section(figure.title.clone(), vec![Block::Figure(Arc::clone(figure))]),
            Self::Report(report) => Block::section(report.title.clone(), report.blocks.clone()),
            Self::Table(frame) => {
                let grid = gml_operators::frame::grid(frame, SHOWN_ROWS);
                Block::section(stem, vec![Block::Table(grid)])
            }
            Self::History(history) => {
                Block::section("Arguments found", vec![Block::Table(history.grid()), Block::figure(history.figure())])
            }
            Self::Course(course) => Block::section(format!("How {stem} went"), vec![Block::figure(course.figure())]),
        }
    }
}

fn history_text(history: &History) -> Result<String, Fault> {
    let trials = history.trials.iter().map(|trial| {
        let arguments: Map<String, Json> =
            trial.arguments.iter().map(|(name, value)| (name.clone(), json::plain(value))).collect();
        json!({
            "arguments": arguments,
            "state": trial.state,
            "value": trial.value,
            "rounds": trial.rounds,
            "seconds": trial.seconds,
            "failure": trial.failure,
        })
    });
    let whole = json!({
        "metric": history.metric,
        "maximize": history.maximize,
        "best": history.best,
        "resumed": history.resumed,
        "trials": trials.collect::<Vec<_>>(),
    });
    pretty(&whole)
}

/// A value that JSON has no number for is null.
fn course_json(course: &Course) -> Json {
    let curves = course.curves.iter().map(|curve| {
        let (steps, values): (Vec<usize>, Vec<f64>) = curve.points.iter().copied().unzip();
        json!({ "metric": curve.metric, "partition": curve.partition, "steps": steps, "values": values })
    });
    json!({ "step": course.step, "kept": course.kept, "curves": curves.collect::<Vec<_>>() })
}

fn pretty(whole: &Json) -> Result<String, Fault> {
    let text = serde_json::to_string_pretty(whole)
        .map_err(|error| Fault::new(crate::codes::INTERNAL_ERROR, format!("an artifact has no JSON form: {error}")))?;
    Ok(text + "\n")
}

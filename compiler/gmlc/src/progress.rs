//! Progress of a run: a moving line on a terminal, plain lines elsewhere, or an object of JSON a line for whoever collects logs.

use std::collections::HashMap;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use gml_connect::Fault;
use gml_connect::secrets::hide;
use gml_engine::{Interrupted, Progress, RunRecord, Training, Unit};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};

use crate::output;

/// Steps without rows that take fewer seconds get no line: they only put other steps together.
const NOTICEABLE: f64 = 0.005;

/// Where there is no bar, a training is told of at the end of each epoch, and in between no more often than this.
const BETWEEN_LINES: Duration = Duration::from_secs(30);

/// The same for whoever collects logs.
const BETWEEN_EVENTS: Duration = Duration::from_secs(5);

/// The form of what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// Shows the steps of a run as they go.
pub struct Shown {
    form: Form,
    began: Instant,
    /// When each step that learns was told of last.
    told: Mutex<HashMap<String, Instant>>,
}

enum Form {
    Bar(ProgressBar),
    Lines,
    Json,
}

impl Shown {
    /// On a terminal a bar, elsewhere lines, where no other form is asked for.
    pub fn new(log: Log) -> Self {
        let form = match log {
            Log::Json => Form::Json,
            Log::Text if stderr().is_terminal() => {
                let bar = ProgressBar::new(0);
                if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {elapsed} {wide_msg}")
                {
                    bar.set_style(style.progress_chars("=> "));
                }
                bar.enable_steady_tick(Duration::from_millis(120));
                Form::Bar(bar)
            }
            Log::Text => Form::Lines,
        };
        Self { form, began: Instant::now(), told: Mutex::default() }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }

    /// The run ended well.
    pub fn done(&self, record: &RunRecord) {
        self.event("run_done", || json!({ "run": record.id, "metrics": record.metrics, "datasets": record.datasets }));
    }

    /// The run failed.
    pub fn failed(&self, fault: &Fault, record: &RunRecord) {
        self.event("run_failed", || {
            let step = record.failure.as_ref().and_then(|failure| failure.step.clone());
            let mut failure = told(fault);
            (failure["run"], failure["step"]) = (record.id.as_str().into(), step.into());
            failure
        });
    }

    /// The run was interrupted; none was under way yet where there is none.
    pub fn interrupted(&self, ended: Option<&Interrupted>) {
        self.finish();
        let (run, trainings) = (ended.map(Interrupted::run), ended.map_or(0, Interrupted::trainings));
        if matches!(self.form, Form::Json) {
            return self.event("run_interrupted", || json!({ "run": run, "trainings": trainings }));
        }
        output::error_line("interrupted: datasets are whole, and the steps that were done are kept");
        match trainings {
            0 => {}
            1 => output::error_line("a training has kept where it is"),
            more => output::error_line(format!("{more} trainings have kept where they are")),
        }
        if let Some(run) = run {
            output::error_line(format!("the run is recorded as {run}; run again to go on from there"));
        }
    }

    /// Nothing was run, since something that all of it needs is missing.
    pub fn not_begun(&self, fault: &Fault) {
        self.finish();
        match self.form {
            Form::Json => self.event("run_failed", || told(fault)),
            Form::Bar(_) | Form::Lines => output::fault(fault),
        }
    }

    /// Whether a training is to be told of: the first time, then not too often, and whenever an epoch is complete.
    fn is_due(&self, name: &str, training: &Training, between: Duration) -> bool {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = training.is_complete && training.unit == Unit::Epoch
            || told.get(name).is_none_or(|last| now - *last >= between);
        if is_due {
            told.insert(name.to_owned(), now);
        }
        is_due
    }

    /// A line of JSON, where that is the form.
    fn event(&self, event: &str, fields: impl FnOnce() -> Json) {
        if matches!(self.form, Form::Json) {
            // Seconds since the start: the collector of logs knows the time of day.
            let mut line = json!({ "event": event, "seconds": self.began.elapsed().as_secs_f64() });
            if let (Json::Object(line), Json::Object(fields)) = (&mut line, fields()) {
                line.extend(fields);
            }
            output::error_line(line.to_string());
        }
    }
}

/// A fault as an object.
fn told(fault: &Fault) -> Json {
    json!({
        "run": null, "code": fault.code, "message": fault.message, "place": fault.place,
        "details": fault.details, "help": fault.help, "step": null,
    })
}

impl Progress for Shown {
    fn step_started(&self, name: &str, index: usize, total: usize) {
        if let Form::Bar(bar) = &self.form {
            bar.set_length(total as u64);
            bar.set_message(name.to_owned());
        }
        self.event("step_started", || json!({ "step": name, "index": index, "total": total }));
    }

    fn step_finished(&self, name: &str, rows: Option<u64>, seconds: f64) {
        let worth_a_line = rows.is_some() || seconds >= NOTICEABLE;
        self.event("step_finished", || json!({ "step": name, "rows": rows, "took": seconds }));
        let rows = rows.map(|rows| format!("{rows} rows, ")).unwrap_or_default();
        match &self.form {
            Form::Bar(bar) => bar.inc(1),
            Form::Lines if worth_a_line => output::error_line(format!("  {name}  {rows}{seconds:.2} s")),
            Form::Lines | Form::Json => {}
        }
    }

    fn step_cached(&self, name: &str, index: usize, total: usize) {
        if let Form::Bar(bar) = &self.form {
            bar.set_length(total as u64);
            bar.inc(1);
        }
        self.event("step_cached", || json!({ "step": name, "index": index, "total": total }));
    }

    fn step_learns(&self, name: &str, training: &Training) {
        match &self.form {
            Form::Bar(bar) => bar.set_message(format!("{name}: {training}")),
            Form::Lines if self.is_due(name, training, BETWEEN_LINES) => {
                output::error_line(format!("  {name}: {training}"));
            }
            Form::Json if self.is_due(name, training, BETWEEN_EVENTS) => {
                self.event("training", || json!({ "step": name, "training": training }));
            }
            Form::Lines | Form::Json => {}
        }
    }

    fn message(&self, text: &str) {
        match &self.form {
            Form::Bar(bar) => bar.println(hide(text)),
            Form::Lines => output::error_line(text),
            Form::Json => self.event("message", || json!({ "text": text })),
        }
    }
}

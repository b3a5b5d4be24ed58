//! Progress of a run: a moving line on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use gml_engine::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Steps without rows that take fewer seconds get no line: they only put other steps together.
const NOTICEABLE: f64 = 0.005;

/// Shows the steps of a run as they go.
pub struct Shown {
    bar: Option<ProgressBar>,
}

impl Shown {
    /// On a terminal a bar, elsewhere lines.
    pub fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{spinner} [{pos}/{len}] {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn step_started(&self, name: &str, _index: usize, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
            bar.set_message(name.to_owned());
        }
    }

    fn step_finished(&self, name: &str, rows: Option<u64>, seconds: f64) {
        let worth_a_line = rows.is_some() || seconds >= NOTICEABLE;
        let rows = rows.map(|rows| format!("{rows} rows, ")).unwrap_or_default();
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if worth_a_line => output::error_line(format!("  {name}  {rows}{seconds:.2} s")),
            None => {}
        }
    }

    fn message(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => output::error_line(text),
        }
    }
}

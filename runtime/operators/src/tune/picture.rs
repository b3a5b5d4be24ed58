//! A search as a figure and as a table.

use gml_ir::Value;
use gml_report::{Axis, Colour, Datum, Figure, Form, Grid, Mark, Panel, compact};

use super::tuned::{History, Trial, TrialState};

/// Arguments that are drawn.
const ARGUMENTS: usize = 7;

/// Trials that are listed.
const LISTED: usize = 10;

/// Values that lie this many times apart are drawn on a logarithmic scale.
const WIDE: f64 = 50.0;

impl History {
    /// The value of each trial, and how it goes with each argument.
    pub fn figure(&self) -> Figure {
        let mut panels = vec![self.progress()];
        panels.extend(self.arguments().into_iter().take(ARGUMENTS).filter_map(|name| self.argument(&name)));
        let best = self.trials.get(self.best).and_then(|trial| trial.value);
        let mut description = format!(
            "{} trials, the best {} of which is {}.",
            self.trials.len(),
            self.metric,
            best.map_or_else(|| "not known".into(), compact)
        );
        let of = |state| self.trials.iter().filter(move |trial| trial.state == state);
        let given_up = of(TrialState::Pruned).count();
        if given_up > 0 {
            description += &format!(" {given_up} of them were given up, and have no value.");
        }
        if let Some(first) = of(TrialState::Failed).next() {
            let (failed, why) =
                (of(TrialState::Failed).count(), first.failure.as_deref().unwrap_or("it is not known why"));
            description += &format!(" {failed} of them failed, the first one since {why}.");
        }
        Figure { title: "Looking for arguments".into(), description, panels }
    }

    /// The best trials, the best first.
    pub fn grid(&self) -> Grid {
        let mut done: Vec<(usize, &Trial, f64)> =
            self.trials.iter().enumerate().filter_map(|(place, trial)| Some((place, trial, trial.value?))).collect();
        let sign = if self.maximize { -1.0 } else { 1.0 };
        done.sort_by(|a, b| (sign * a.2).total_cmp(&(sign * b.2)));
        let names = self.arguments();
        let mut headings = vec!["trial".to_owned(), self.metric.clone()];
        headings.extend(names.iter().cloned());
        headings.push("rounds".into());
        let row = |(place, trial, value): &(usize, &Trial, f64)| {
            let mut row = vec![Datum::count(place + 1), Datum::Number(*value)];
            row.extend(names.iter().map(|name| trial.argument(name).map_or(Datum::Nothing, datum)));
            row.push(Datum::count(trial.rounds));
            row
        };
        let left_out = self.trials.len() - done.len().min(LISTED);
        Grid { left_out, ..Grid::new(headings, done.iter().take(LISTED).map(row).collect()) }
    }

    /// The arguments that were looked for, in the order in which trials name them.
    fn arguments(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.trials.iter().flat_map(|trial| &trial.arguments) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    fn progress(&self) -> Panel {
        let mut best = Vec::new();
        let mut points = Vec::new();
        for (place, value) in self.trials.iter().enumerate().filter_map(|(place, trial)| Some((place, trial.value?))) {
            let at = (place + 1) as f64;
            points.push((at, value));
            let so_far = best.last().map_or(
                value,
                |(_, before): &(f64, f64)| {
                    if self.maximize { before.max(value) } else { before.min(value) }
                },
            );
            if let Some((_, before)) = best.last().copied() {
                best.push((at, before));
            }
            best.push((at, so_far));
        }
        if let Some((_, last)) = best.last().copied() {
            best.push((self.trials.len() as f64, last));
        }
        let given_up = self.trials.iter().filter(|trial| trial.state == TrialState::Pruned).count();
        let title = if given_up > 0 { format!("Trials ({given_up} given up)") } else { "Trials".into() };
        let marks = vec![
            Mark::Line { name: "best so far".into(), points: best, colour: Colour::Series(1), dashed: false },
            Mark::Dots { name: "trial".into(), points, colour: Colour::Series(0), tips: Vec::new() },
        ];
        Panel::new(Axis::written("trial", Form::Whole), Axis::numbers(self.metric.clone()), marks).titled(title)
    }

    fn argument(&self, name: &str) -> Option<Panel> {
        let tried: Vec<(&Value, f64)> =
            self.trials.iter().filter_map(|trial| Some((trial.argument(name)?, trial.value?))).collect();
        let numbers: Option<Vec<(f64, f64)>> =
            tried.iter().map(|(value, metric)| Some((value.as_float()?, *metric))).collect();
        let metric = Axis::numbers(self.metric.clone());
        let dots = |points| Mark::Dots { name: String::new(), points, colour: Colour::Series(0), tips: Vec::new() };
        Some(match numbers {
            Some(points) if !points.is_empty() => {
                let smallest = points.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
                let largest = points.iter().map(|(value, _)| *value).fold(0.0, f64::max);
                if smallest > 0.0 && largest / smallest > WIDE {
                    let points = points.into_iter().map(|(value, metric)| (value.log10(), metric)).collect();
                    Panel::new(Axis::written(name, Form::Power), metric, vec![dots(points)]).titled(name)
                } else {
                    Panel::new(Axis::numbers(name), metric, vec![dots(points)]).titled(name)
                }
            }
            _ => {
                let mut names: Vec<String> = Vec::new();
                let mut points = Vec::new();
                for (value, metric) in tried {
                    let text = written(value);
                    let place = names.iter().position(|known| *known == text).unwrap_or_else(|| {
                        names.push(text);
                        names.len() - 1
                    });
                    points.push((metric, place as f64));
                }
                if names.is_empty() {
                    return None;
                }
                Panel::new(metric, Axis::names("", names), vec![dots(points)]).titled(name)
            }
        })
    }
}

impl Trial {
    fn argument(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn datum(value: &Value) -> Datum {
    value.as_float().map_or_else(|| Datum::text(written(value)), Datum::Number)
}

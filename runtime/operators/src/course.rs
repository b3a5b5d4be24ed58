//! How learning went: what was seen after each of its steps.

use gml_report::{Axis, Colour, Figure, Form, Mark, Panel, compact};
use serde::{Deserialize, Serialize};

/// Digits of a value that are kept: learners sum over threads, and the last ones go with how many there are.
const DIGITS: usize = 10;

/// What was seen while something learned step by step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// What a step is: `round` of boosting, `epoch` of a network.
    pub step: String,
    /// The step, from 1, whose state was kept.
    pub kept: usize,
    /// What was looked at.
    pub curves: Vec<Curve>,
}

/// A metric on some rows, step by step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// `binary_logloss`, `loss`
    pub metric: String,
    /// The rows that it is of: `train`, `valid`.
    pub partition: String,
    /// Steps, from 1 and rising, each with the value after it. A step that was not looked at is not here.
    pub points: Vec<(usize, f64)>,
}

impl Course {
    /// A panel for each metric, with a line for each partition.
    pub fn figure(&self) -> Figure {
        let mut metrics: Vec<&str> = Vec::new();
        for curve in &self.curves {
            if !metrics.contains(&&*curve.metric) {
                metrics.push(&curve.metric);
            }
        }
        let last = |curve: &Curve| {
            let (step, value) = curve.points.last()?;
            let (metric, partition) = (&curve.metric, &curve.partition);
            Some(format!("{metric} on {partition} is {} after {} {step}", compact(*value), self.step))
        };
        let told: Vec<String> = self.curves.iter().filter_map(last).collect();
        let description = format!("What was learned up to {} {} is kept. {}.", self.step, self.kept, told.join("; "));
        let panels = metrics.into_iter().map(|metric| self.panel(metric)).collect();
        Figure { title: format!("Learning, {} by {}", self.step, self.step), description, panels }
    }

    fn panel(&self, metric: &str) -> Panel {
        let of_metric = self.curves.iter().filter(|curve| curve.metric == metric);
        let lines = of_metric.map(|curve| Mark::Line {
            name: curve.partition.clone(),
            points: curve.points.iter().map(|(step, value)| (*step as f64, *value)).collect(),
            colour: Colour::Series(usize::from(curve.partition != "train")),
            dashed: false,
        });
        let mut marks: Vec<Mark> = lines.collect();
        marks.push(Mark::RuleAtX { at: self.kept as f64, label: "kept".into() });
        Panel::new(Axis::written(self.step.clone(), Form::Whole), Axis::numbers(metric), marks).titled(metric)
    }
}

impl Curve {
    /// The metric after each step.
    pub(crate) fn new(metric: &str, partition: &str, points: impl Iterator<Item = (usize, f64)>) -> Self {
        let points = points.map(|(step, value)| (step, rounded(value))).collect();
        Self { metric: metric.to_owned(), partition: partition.to_owned(), points }
    }
}

/// The value to [`DIGITS`] digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_ten_digits() {
        assert_eq!(rounded(0.123_456_789_012_345), 0.123_456_789_0);
        assert_eq!(rounded(-9_876_543_210_123.0), -9_876_543_210_000.0);
        assert_eq!(rounded(0.0), 0.0);
        assert!(rounded(f64::NAN).is_nan());
        assert_eq!(rounded(f64::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn a_figure_has_a_panel_for_each_metric_and_a_line_for_each_partition() {
        let course = Course {
            step: "epoch".into(),
            kept: 2,
            curves: vec![
                Curve::new("loss", "train", [(1, 2.0), (2, 1.0)].into_iter()),
                Curve::new("loss", "valid", [(1, 2.5), (2, 1.5)].into_iter()),
                Curve::new("mrr(20)", "valid", [(1, 0.1), (2, 0.25)].into_iter()),
            ],
        };
        let figure = course.figure();
        let titles: Vec<&str> = figure.panels.iter().map(|panel| &*panel.title).collect();
        assert_eq!(titles, ["loss", "mrr(20)"]);
        assert_eq!(figure.panels.iter().map(|panel| panel.marks.len()).collect::<Vec<_>>(), [3, 2]);
        assert!(
            figure.description.contains("epoch 2 is kept") && figure.description.contains("mrr(20) on valid is 0.25")
        );
    }
}

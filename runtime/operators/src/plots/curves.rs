//! Curves over all thresholds: `roc_plot`, `precision_recall_plot`, `lift_plot` and `gain_plot`.

use gml_connect::Fault;
use gml_ir::Value;
use gml_report::{Axis, Colour, Figure, Form, Mark, Panel, compact, percent};

use super::{Pairs, Scored, drawn};
use crate::data::{Call, Data};
use crate::metrics::judge;

/// Points of a curve that lie closer together than this share of the axes are one.
const CLOSE: f64 = 0.001;

/// Places at which the lift is computed.
const PLACES: usize = 200;

/// What lies above a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Above {
    /// Weight of the positives.
    pub(super) positive: f64,
    /// Weight of the negatives.
    pub(super) negative: f64,
}

impl Above {
    fn all(self) -> f64 {
        self.positive + self.negative
    }
}

/// What lies above each distinct score, from the highest to the lowest; the last one is all.
pub(super) fn above(pairs: &Pairs) -> Vec<Above> {
    let mut order: Vec<usize> = (0..pairs.truth.len()).collect();
    order.sort_by(|left, right| pairs.score[*right].total_cmp(&pairs.score[*left]));
    let mut sum = Above::default();
    order
        .chunk_by(|left, right| pairs.score[*left] == pairs.score[*right])
        .map(|rows| {
            for row in rows {
                let side = if pairs.truth[*row] { &mut sum.positive } else { &mut sum.negative };
                *side += pairs.weight(*row);
            }
            sum
        })
        .collect()
}

fn whole(above: &[Above]) -> Above {
    above.last().copied().unwrap_or_default()
}

pub(super) fn roc_plot(call: Call<'_>) -> Result<Data, Fault> {
    let scored = Scored::of(&call)?;
    let above = above(&scored.pairs(call.operator)?);
    let all = whole(&above);
    let curve = above.iter().map(|above| (above.negative / all.negative, above.positive / all.positive));
    let auc = metric(&scored, "auc")?;
    let marks = vec![
        line("by chance", vec![(0.0, 0.0), (1.0, 1.0)], Colour::Muted, true),
        line(
            &format!("model, area {}", compact(auc)),
            thinned([(0.0, 0.0)].into_iter().chain(curve)),
            Colour::Series(0),
            false,
        ),
    ];
    let description = format!(
        "Of the rows{}: the share of positives that lie above a threshold against the share of negatives that do, at every \
         threshold. The area below is the chance that a positive is scored above a negative.",
        scored.part
    );
    Ok(figure("ROC curve", description, share("false positive rate"), share("true positive rate"), marks))
}

pub(super) fn precision_recall_plot(call: Call<'_>) -> Result<Data, Fault> {
    let scored = Scored::of(&call)?;
    let above = above(&scored.pairs(call.operator)?);
    let all = whole(&above);
    let base = all.positive / all.all();
    let curve = above.iter().map(|above| (above.positive / all.positive, above.positive / above.all()));
    let average = metric(&scored, "average_precision")?;
    let marks = vec![
        line(&format!("all rows, {}", percent(base)), vec![(0.0, base), (1.0, base)], Colour::Muted, true),
        line(
            &format!("model, average precision {}", compact(average)),
            thinned([(0.0, 1.0)].into_iter().chain(curve)),
            Colour::Series(0),
            false,
        ),
    ];
    let description = format!(
        "Of the rows{}: the share of positives among those above a threshold (precision) against the share of all positives \
         that are among them (recall), at every threshold.",
        scored.part
    );
    Ok(figure("Precision and recall", description, share("recall"), share("precision"), marks))
}

pub(super) fn gain_plot(call: Call<'_>) -> Result<Data, Fault> {
    let scored = Scored::of(&call)?;
    let above = above(&scored.pairs(call.operator)?);
    let all = whole(&above);
    let base = all.positive / all.all();
    let curve = above.iter().map(|above| (above.all() / all.all(), above.positive / all.positive));
    let marks = vec![
        line("by chance", vec![(0.0, 0.0), (1.0, 1.0)], Colour::Muted, true),
        line("at best", vec![(0.0, 0.0), (base, 1.0), (1.0, 1.0)], Colour::Series(2), true),
        line("model", thinned([(0.0, 0.0)].into_iter().chain(curve)), Colour::Series(0), false),
    ];
    let description = format!(
        "Of the rows{}: which share of all positives is among the best scored ones, by their share.",
        scored.part
    );
    Ok(figure("Gain", description, share("best scored rows"), share("positives among them"), marks))
}

pub(super) fn lift_plot(call: Call<'_>) -> Result<Data, Fault> {
    let scored = Scored::of(&call)?;
    let above = above(&scored.pairs(call.operator)?);
    let curve = lifts(&above);
    let base = vec![(0.0, 1.0), (1.0, 1.0)];
    let marks = vec![line("by chance", base, Colour::Muted, true), line("model", curve, Colour::Series(0), false)];
    let description = format!(
        "Of the rows{}: how many times more positives there are among the best scored ones than among all, by their share.",
        scored.part
    );
    Ok(figure("Lift", description, share("best scored rows"), Axis::above("lift", 0.0, Form::Plain), marks))
}

/// The lift of the best scored shares; rows of equal score are taken in part.
pub(super) fn lifts(above: &[Above]) -> Vec<(f64, f64)> {
    let all = whole(above);
    let lift = |place: usize| {
        let share = place as f64 / PLACES as f64;
        let rows = share * all.all();
        let next = above.partition_point(|above| above.all() < rows).min(above.len() - 1);
        let before = next.checked_sub(1).map_or(Above::default(), |before| above[before]);
        let step = above[next].all() - before.all();
        let part = if step > 0.0 { ((rows - before.all()) / step).clamp(0.0, 1.0) } else { 1.0 };
        let positive = before.positive + part * (above[next].positive - before.positive);
        (share, positive / all.positive / share)
    };
    (1..=PLACES).map(lift).collect()
}

fn metric(scored: &Scored, name: &str) -> Result<f64, Fault> {
    judge(&Value::Symbol { name: name.into(), args: Vec::new() }, &scored.sample)
}

fn share(title: &str) -> Axis {
    Axis::between(title, 0.0, 1.0, Form::Percent)
}

fn line(name: &str, points: Vec<(f64, f64)>, colour: Colour, dashed: bool) -> Mark {
    Mark::Line { name: name.to_owned(), points, colour, dashed }
}

/// The curve without the points that could not be told from the one before; corners stay.
fn thinned(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let mut left_out: Option<(f64, f64)> = None;
    for point in points {
        match kept.last() {
            Some(last) if (point.0 - last.0).abs() < CLOSE && (point.1 - last.1).abs() < CLOSE => {
                left_out = Some(point)
            }
            _ => {
                kept.extend(left_out.take());
                kept.push(point);
            }
        }
    }
    kept.extend(left_out);
    kept
}

fn figure(title: &str, description: String, x: Axis, y: Axis, marks: Vec<Mark>) -> Data {
    drawn(Figure { title: title.into(), description, panels: vec![Panel::new(x, y, marks)] })
}

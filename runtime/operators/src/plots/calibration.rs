//! `calibration_plot`

use gml_connect::Fault;
use gml_ir::Learned;
use gml_report::{Axis, Bar, Colour, Figure, Form, Mark, Panel, Span, compact, percent};
use polars::prelude::{DataType, col};

use super::{Pairs, Scored, drawn};
use crate::columns::quantile;
use crate::data::{Call, Data};
use crate::frame::{self, fault};
use crate::learn::arguments::{constant, fitted, table};
use crate::metrics::Outcome;

/// Columns of the histogram of probabilities.
const COLUMNS: usize = 40;

/// The 97.5% quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Rows of about the same probability.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The mean of what was said.
    pub(super) said: f64,
    /// The share that came true.
    pub(super) came: f64,
    /// An interval that holds that share 95 times of 100.
    pub(super) interval: (f64, f64),
    /// Rows.
    pub(super) rows: usize,
}

pub(super) fn calibration_plot(call: Call<'_>) -> Result<Data, Fault> {
    let bins = constant(&call, "bins")?;
    let bins = bins.as_int().and_then(|bins| usize::try_from(bins).ok()).filter(|bins| (1..=1000).contains(bins));
    let bins = bins.ok_or_else(|| {
        Fault::new("GML0229", "`bins` of calibration_plot lies between 1 and 1000").help("leave it out for 10")
    })?;
    let scored = Scored::of(&call)?;
    if !matches!(scored.sample.outcome, Outcome::Binary { .. }) {
        return Err(Fault::new("GML0713", "`calibration_plot` needs a model that predicts a probability")
            .help("learn with `objective: binary`"));
    }
    let pairs = scored.pairs(call.operator)?;
    let groups = groups(&pairs, bins);
    let before = match raw_scores(&call)? {
        Some(score) => {
            let truth = pairs.truth.clone();
            Some(self::groups(&Pairs { truth, score, weights: pairs.weights.clone() }, bins))
        }
        None => None,
    };
    let description = format!(
        "The rows{} in {bins} groups of the same size, by the probability that was said: its mean against the share that came \
         true, with 95% intervals (Wilson). On the dashed line both are equal.",
        scored.part
    );
    let panels = vec![reliability(&groups, before.as_deref()), said(&pairs)];
    Ok(drawn(Figure { title: "Calibration".into(), description, panels }))
}

/// The scores before calibration, where the model is calibrated.
fn raw_scores(call: &Call<'_>) -> Result<Option<Vec<f64>>, Fault> {
    let model = fitted(call, "model")?;
    let Learned::Model(Some((_, outputs))) = model.ty() else { return Ok(None) };
    if outputs.schema.as_deref() != Some("Calibrated") {
        return Ok(None);
    }
    let on = table(call, "on")?;
    let predicted = frame::collect(model.apply(on, call.context)?.frame.select([col("score")]))?;
    let scores = predicted.column("score").map_err(fault)?.cast(&DataType::Float64).map_err(fault)?;
    Ok(Some(scores.f64().map_err(fault)?.iter().flatten().collect()))
}

/// Groups between quantiles of the probability; equal probabilities stay together.
pub(super) fn groups(pairs: &Pairs, bins: usize) -> Vec<Group> {
    let mut sorted = pairs.score.clone();
    sorted.sort_by(f64::total_cmp);
    let edges: Vec<f64> = (1..bins).map(|edge| quantile(&sorted, edge as f64 / bins as f64)).collect();
    let mut sums = vec![(0.0, 0.0, 0.0, 0.0, 0_usize); bins];
    for (row, (truth, score)) in pairs.truth.iter().zip(&pairs.score).enumerate() {
        let weight = pairs.weight(row);
        let (weights, squares, said, came, rows) = &mut sums[edges.partition_point(|edge| edge < score)];
        *weights += weight;
        *squares += weight * weight;
        *said += weight * score;
        *came += if *truth { weight } else { 0.0 };
        *rows += 1;
    }
    sums.retain(|(weights, ..)| *weights > 0.0);
    let group = |(weights, squares, said, came, rows): (f64, f64, f64, f64, usize)| {
        let came = came / weights;
        Group { said: said / weights, came, interval: wilson(came, weights * weights / squares), rows }
    };
    sums.into_iter().map(group).collect()
}

/// The interval of a share among so many rows (Wilson 1927).
fn wilson(share: f64, rows: f64) -> (f64, f64) {
    let square = Z * Z / rows;
    let middle = (share + square / 2.0) / (1.0 + square);
    let half = Z / (1.0 + square) * (share * (1.0 - share) / rows + square / rows / 4.0).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

fn reliability(groups: &[Group], before: Option<&[Group]>) -> Panel {
    let highest = |groups: &[Group]| groups.iter().map(|group| group.said.max(group.came)).fold(0.0, f64::max);
    let ends = groups.iter().map(|group| group.interval.1).fold(0.0, f64::max);
    let top = round_up(highest(groups).max(ends).max(before.map_or(0.0, highest)));
    let diagonal = vec![(0.0, 0.0), (top, top)];
    let mut marks = vec![Mark::Line { name: "equal".into(), points: diagonal, colour: Colour::Muted, dashed: true }];
    let points = |groups: &[Group]| groups.iter().map(|group| (group.said, group.came)).collect::<Vec<_>>();
    let tips = |groups: &[Group]| groups.iter().map(told).collect::<Vec<_>>();
    if let Some(before) = before {
        let (name, colour) = ("before calibration".to_owned(), Colour::Series(1));
        marks.push(Mark::Line { name: name.clone(), points: points(before), colour, dashed: false });
        marks.push(Mark::Dots { name, points: points(before), colour, tips: tips(before) });
    }
    let (name, colour) = (if before.is_some() { "calibrated" } else { "model" }.to_owned(), Colour::Series(0));
    let spans = groups.iter().map(|group| Span {
        at: group.said,
        low: group.interval.0,
        middle: group.came,
        high: group.interval.1,
        tip: told(group),
    });
    marks.push(Mark::Line { name: name.clone(), points: points(groups), colour, dashed: false });
    marks.push(Mark::Spans { name, spans: spans.collect(), colour });
    let axis = |title: &str| Axis::between(title, 0.0, top, Form::Percent);
    Panel::new(axis("probability said"), axis("share that came true"), marks).titled("What was said and what came true")
}

fn told(group: &Group) -> String {
    let Group { said, came, interval: (low, high), rows } = group;
    let rows = compact(*rows as f64);
    format!(
        "said {}, came true {} ({} to {}), {rows} rows",
        percent(*said),
        percent(*came),
        percent(*low),
        percent(*high)
    )
}

/// How often each probability was said.
fn said(pairs: &Pairs) -> Panel {
    let top = round_up(pairs.score.iter().copied().fold(0.0, f64::max));
    let mut counts = vec![0.0; COLUMNS];
    for (row, score) in pairs.score.iter().enumerate() {
        counts[((score / top * COLUMNS as f64) as usize).min(COLUMNS - 1)] += pairs.weight(row);
    }
    let edge = |place: usize| place as f64 / COLUMNS as f64 * top;
    let bars = counts.iter().enumerate().map(|(place, count)| {
        let tip = format!("{} to {}: {}", percent(edge(place)), percent(edge(place + 1)), compact(*count));
        Bar::between(edge(place), edge(place + 1), *count, tip)
    });
    let bars = Mark::Bars { name: String::new(), bars: bars.collect(), colour: Colour::Series(0) };
    let rows = Axis::above(if pairs.weights.is_some() { "weight" } else { "rows" }, 0.0, Form::Whole);
    Panel::new(Axis::between("probability said", 0.0, top, Form::Percent), rows, vec![bars])
        .titled("How often it was said")
}

/// A round end of an axis of probabilities.
fn round_up(highest: f64) -> f64 {
    if highest <= 0.0 {
        return 1.0;
    }
    let step = 10f64.powf(highest.log10().floor()) / 2.0;
    ((highest / step).ceil() * step).min(1.0)
}

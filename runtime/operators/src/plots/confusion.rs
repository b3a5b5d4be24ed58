//! `confusion_plot`

use gml_connect::Fault;
use gml_ir::Value;
use gml_report::{Axis, Cell, Figure, Mark, Panel, compact, percent};

use super::{Scored, drawn};
use crate::data::{Call, Data};
use crate::learn::arguments::{constant, fitted, misfit};
use crate::metrics::{Outcome, Sample, largest};

/// What the model does not know has this name.
const UNKNOWN: &str = "(unknown)";

pub(super) fn confusion_plot(call: Call<'_>) -> Result<Data, Fault> {
    let threshold = constant(&call, "threshold")?;
    let threshold = threshold.as_float().ok_or_else(|| misfit(&call, "threshold", "is no number"))?;
    let scored = Scored::of(&call)?;
    let names: Vec<String> = match &scored.sample.outcome {
        Outcome::Binary { .. } => vec!["false".into(), "true".into()],
        _ => fitted(&call, "model")?.classes().iter().map(ToString::to_string).collect(),
    };
    let mut counts = counts(&scored.sample, names.len(), threshold).ok_or_else(|| {
        Fault::new("GML0713", "`confusion_plot` needs a model that tells classes apart")
            .help("learn with `objective: binary` or `objective: multiclass`")
    })?;
    if counts.iter().flatten().sum::<f64>() <= 0.0 {
        return Err(Fault::new("GML0922", "`confusion_plot` has no rows to look at")
            .help("see which filter or which part of the split leaves no rows"));
    }
    let mut rows = names.clone();
    if counts.last().is_some_and(|unknown| unknown.iter().sum::<f64>() > 0.0) {
        rows.push(UNKNOWN.into());
    } else {
        counts.pop();
    }
    let mut cells = Vec::new();
    for (y, row) in counts.iter().enumerate() {
        let sum: f64 = row.iter().sum();
        for (x, count) in row.iter().enumerate() {
            let share = if sum > 0.0 { count / sum } else { 0.0 };
            let tip = format!("{} taken for {}: {} ({} of them)", rows[y], names[x], compact(*count), percent(share));
            // Wrong ones have the other colour.
            let shade = if x == y { share } else { -share };
            cells.push(Cell { x, y, shade, label: compact(*count), tip });
        }
    }
    let said = match &scored.sample.outcome {
        Outcome::Binary { .. } => format!("a probability of at least {} says true", Value::Float(threshold)),
        _ => "the likeliest class is said".into(),
    };
    let description = format!(
        "How many rows{} of each class (from the top to the bottom) were taken for which (from left to right); {said}. The \
         shade is the share of the class.",
        scored.part
    );
    let height = rows.len() as f64 * if rows.len() <= 4 { 56.0 } else { 30.0 };
    let panel = Panel::new(Axis::names("said", names), Axis::names("came to be", rows), vec![Mark::Cells(cells)]);
    Ok(drawn(Figure { title: "Confusion".into(), description, panels: vec![panel.of_height(height)] }))
}

/// Weights of the rows by the class that came to be (the last row: one that the model does not know) and the one said.
pub(super) fn counts(sample: &Sample, classes: usize, threshold: f64) -> Option<Vec<Vec<f64>>> {
    let mut counts = vec![vec![0.0; classes]; classes + 1];
    let weight = |row: usize| sample.weights.as_ref().map_or(1.0, |weights| weights[row]);
    match &sample.outcome {
        Outcome::Binary { truth, probability } => {
            for (row, (truth, probability)) in truth.iter().zip(probability).enumerate() {
                counts[usize::from(*truth)][usize::from(*probability >= threshold)] += weight(row);
            }
        }
        Outcome::Classes { truth, probabilities, .. } => {
            let rows = truth.iter().zip(probabilities.chunks_exact(classes.max(1)));
            for (row, (truth, probabilities)) in rows.enumerate() {
                counts[truth.unwrap_or(classes)][largest(probabilities)] += weight(row);
            }
        }
        Outcome::Value { .. } | Outcome::Rank { .. } => return None,
    }
    Some(counts)
}

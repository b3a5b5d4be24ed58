//! `automl`

use std::time::Duration;

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::{Column, DataFrame};

use super::search::{Effort, Found, Task};
use crate::data::{Call, Data};
use crate::learn::arguments::{constant, optional_constant, table};
use crate::learn::bounds::seed;
use crate::learn::{computed, target, with_columns};

/// Looks for a model for a while.
pub(crate) fn automl(call: Call<'_>) -> Result<Data, Fault> {
    let budget = match constant(&call, "budget")? {
        Value::Duration(micros) if *micros > 0 => Duration::from_micros(micros.unsigned_abs()),
        other => return Err(Fault::new("GML0229", format!("`budget` of automl is {other}, and must be above 0"))),
    };
    with_effort(&call, Effort::Budget(budget))
}

/// Looks for a model with so much effort.
pub(super) fn with_effort(call: &Call<'_>, effort: Effort) -> Result<Data, Fault> {
    let (metric, sign) = match optional_constant(call, "maximize")? {
        Some(metric) => (metric, -1.0),
        None => (constant(call, "minimize")?, 1.0),
    };
    // Every model reads the rows: compute them once.
    let (train, valid) = (computed(table(call, "train")?)?, computed(table(call, "valid")?)?);
    let objective = target::objective_of(&train)?;
    let task = Task { train: &train, valid: &valid, objective, metric, sign, seed: seed(call)?, context: call.context };
    let Found { model, board } = task.search(effort)?;
    let made = vec![
        Column::new("model".into(), board.iter().map(|line| line.model.as_str()).collect::<Vec<_>>()),
        Column::new("score".into(), board.iter().map(|line| line.score).collect::<Vec<_>>()),
        Column::new("seconds".into(), board.iter().map(|line| line.seconds).collect::<Vec<_>>()),
    ];
    let leaderboard = with_columns(DataFrame::empty_with_height(board.len()), made, leaderboard(call.result))?;
    Ok(Data::Record(vec![("model".into(), Data::Fitted(model)), ("leaderboard".into(), leaderboard)]))
}

/// The type that the checker gave the leaderboard.
fn leaderboard(result: &Type) -> &Type {
    match result {
        Type::Record(row) | Type::Struct(row) => row.get("leaderboard").map_or(&Type::Unknown, |column| &column.ty),
        _ => &Type::Unknown,
    }
}

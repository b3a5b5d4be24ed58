//! `contributions`, `importance` and `interactions`.

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, IntoLazy};

use super::explained::Explained;
use crate::data::{Call, Context, Data, Table};
use crate::frame::{self, fault};
use crate::learn::arguments::{constant, fitted, misfit, table, word};
use crate::learn::{mean_loss, with_columns};
use crate::learned::Fitted;
use crate::table::hash;

/// Adds what each feature adds to the score of each row.
pub(crate) fn contributions(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let input = table(&call, "input")?;
    let rows = frame::collect(input.frame.clone())?;
    let explained = model.explain(&Table { frame: rows.clone().lazy(), ty: input.ty.clone() }, call.context)?;
    let [base] = explained.base.as_slice() else {
        return Err(Fault::new(
            "GML0713",
            format!("the model gives {} scores a row, and `contributions` explains a single one", explained.base.len()),
        )
        .help("`importance` and `explain` take models of several classes"));
    };
    let width = explained.columns.len();
    let mut made: Vec<Column> = Vec::with_capacity(width + 1);
    for (place, name) in explained.columns.iter().enumerate() {
        let values: Vec<f64> = explained.values.iter().skip(place).step_by(width).copied().collect();
        made.push(Column::new(format!("{name}_contribution").into(), values));
    }
    made.push(Column::new("base".into(), vec![*base; rows.height()]));
    with_columns(rows, made, call.result)
}

/// How much each feature matters, the largest first; equals stand in the order of the features.
pub(crate) fn importance(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let on = table(&call, "on")?;
    let on = Table { frame: frame::collect(on.frame.clone())?.lazy(), ty: on.ty.clone() };
    let mut found: Vec<(Arc<str>, f64)> = match word(&call, "how")? {
        "shap" => mean_sizes(&model.explain(&on, call.context)?),
        "gain" => model.gains()?,
        "permutation" => {
            let seed = constant(&call, "seed")?.as_int().map(i64::cast_unsigned);
            let seed = seed.ok_or_else(|| misfit(&call, "seed", "is no whole number"))?;
            permuted(&**model, &model.features(), &on, seed, call.context)?
        }
        other => return Err(misfit(&call, "how", &format!("is `{other}`, which is no measure"))),
    };
    found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let (columns, values): (Vec<&str>, Vec<f64>) = found.iter().map(|(name, value)| (&**name, *value)).unzip();
    let made = vec![Column::new("column".into(), columns), Column::new("importance".into(), values)];
    with_columns(DataFrame::empty_with_height(found.len()), made, call.result)
}

/// How much pairs of features matter together, the largest first.
pub(crate) fn interactions(call: Call<'_>) -> Result<Data, Fault> {
    let (columns, sizes) = fitted(&call, "model")?.interactions(table(&call, "on")?, call.context)?;
    let count = columns.len();
    let upper = (0..count).flat_map(|first| (first + 1..count).map(move |second| (first, second)));
    let mut pairs: Vec<(usize, usize)> = upper.collect();
    let size = |(first, second): &(usize, usize)| sizes[first * count + second];
    pairs.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let names =
        |place: fn(&(usize, usize)) -> usize| pairs.iter().map(|pair| &*columns[place(pair)]).collect::<Vec<_>>();
    let made = vec![
        Column::new("first".into(), names(|pair| pair.0)),
        Column::new("second".into(), names(|pair| pair.1)),
        Column::new("importance".into(), pairs.iter().map(size).collect::<Vec<_>>()),
    ];
    with_columns(DataFrame::empty_with_height(pairs.len()), made, call.result)
}

/// The mean size of the contributions of each column, those to several scores added up.
fn mean_sizes(explained: &Explained) -> Vec<(Arc<str>, f64)> {
    let rows = explained.rows().max(1) as f64;
    let mut sums = vec![0.0; explained.columns.len()];
    for scores in explained.values.chunks_exact(explained.columns.len().max(1)) {
        sums.iter_mut().zip(scores).for_each(|(sum, value)| *sum += value.abs());
    }
    explained.columns.iter().cloned().zip(sums.into_iter().map(|sum| sum / rows)).collect()
}

/// What is lost where the values of each of these columns are shuffled over the rows (Breiman 2001, "Random Forests", section 10).
///
/// # Errors
/// Those of judging the model on the rows.
pub(crate) fn permuted(
    model: &dyn Fitted,
    features: &[Arc<str>],
    on: &Table,
    seed: u64,
    context: &Context,
) -> Result<Vec<(Arc<str>, f64)>, Fault> {
    let whole = mean_loss(model, on, context)?;
    let rows = frame::collect(on.frame.clone())?;
    let mut found = Vec::new();
    for (place, name) in features.iter().enumerate() {
        let mut order: Vec<usize> = (0..rows.height()).collect();
        order.sort_by_key(|row| hash(hash(seed, place as u64), *row as u64));
        let order = order.into_iter().map(|row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect::<Vec<_>>();
        let order = IdxCa::from_vec("order".into(), order);
        let mut shuffled = rows.clone();
        let column = rows.column(name).map_err(fault)?.take(&order).map_err(fault)?;
        shuffled.with_column(column).map_err(fault)?;
        let shuffled = Table { frame: shuffled.lazy(), ty: on.ty.clone() };
        found.push((Arc::clone(name), mean_loss(model, &shuffled, context)? - whole));
    }
    Ok(found)
}

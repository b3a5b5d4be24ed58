//! `select_features`: features that say nothing, or nothing new, are left out.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::{Column, DataType, col};
use rayon::prelude::*;

use super::estimator::recipe;
use super::step::Step;
use super::values::{Distinct, Kind};
use crate::data::{Call, Context, Data, Table};
use crate::frame::{self, fault};
use crate::learn::arguments::{constant, misfit, optional};
use crate::learn::bounds::{COUNT, SHARE_FROM_ZERO, float, seed, whole};
use crate::learn::recall::Recall;
use crate::learn::{in_pool, presets, target};
use crate::learned::{Change, Estimator, Fitted};

pub(super) fn select_features(call: Call<'_>) -> Result<Data, Fault> {
    let constants = constant(&call, "constants")?;
    let select = Select {
        max_null: float(&call, "max_null", &SHARE_FROM_ZERO)?,
        max_correlation: float(&call, "max_correlation", &SHARE_FROM_ZERO)?,
        keep: optional(&call, "keep").map(|_| whole(&call, "keep", &COUNT)).transpose()?,
        constants: constants.as_bool().ok_or_else(|| misfit(&call, "constants", "is no bool"))?,
        seed: seed(&call)?,
        recall: Recall::of(&call, select_features),
    };
    Ok(Data::Estimator(Arc::new(select)))
}

struct Select {
    max_null: f64,
    max_correlation: f64,
    keep: Option<usize>,
    constants: bool,
    seed: u64,
    recall: Recall,
}

impl Estimator for Select {
    fn fit(&self, train: &Table, _: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        let schema = frame::schema(&train.frame)?;
        let is_feature = |name: &&str| train.ty.row.get(name).is_none_or(|column| column.role.is_none());
        let names: Vec<&str> = schema.iter_names().map(|name| name.as_str()).filter(is_feature).collect();
        let columns: Vec<_> = names.iter().map(|name| col(*name)).collect();
        let rows = frame::collect(train.frame.clone().select(columns))?;
        if rows.height() == 0 && !names.is_empty() {
            return Err(Fault::new("GML0922", "`select_features` has no rows to learn from")
                .help("see which filter or which part of the split leaves no rows"));
        }
        let mut dropped: Vec<Arc<str>> = Vec::new();
        let mut kept: Vec<&Column> = Vec::new();
        for column in rows.columns() {
            let nulls = column.null_count() as f64 / rows.height().max(1) as f64;
            if nulls > self.max_null || (self.constants && has_one_value(column)?) {
                dropped.push(column.name().as_str().into());
            } else {
                kept.push(column);
            }
        }
        if self.max_correlation < 1.0 {
            dropped.extend(correlated(&kept, self.max_correlation, context)?);
        }
        if let Some(keep) = self.keep {
            dropped.extend(self.unimportant(train, &dropped, keep, context)?);
        }
        Ok(recipe(Step::Drop { columns: dropped }, train))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }
}

impl Select {
    /// All but the most important of the features that are left.
    fn unimportant(
        &self,
        train: &Table,
        dropped: &[Arc<str>],
        keep: usize,
        context: &Context,
    ) -> Result<Vec<Arc<str>>, Fault> {
        let step = Step::Drop { columns: dropped.to_vec() };
        let left = recipe(step, train).apply(train, context)?;
        let objective = target::objective_of(train)?;
        // Larger seeds than the trees take are as good as smaller ones.
        let seed = Value::Int((self.seed & 0x7fff_ffff).cast_signed());
        let trees = presets::boosted_trees(objective.name(), &[("seed", seed)], context)?;
        let mut gains = trees.fit(&left, None, context)?.gains()?;
        gains.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        Ok(gains.into_iter().skip(keep).map(|(name, _)| name).collect())
    }
}

/// Leaves columns out, whatever they hold.
pub(crate) fn leave_out(columns: Vec<Arc<str>>) -> Arc<dyn Estimator> {
    Arc::new(LeaveOut { columns })
}

#[derive(Clone)]
struct LeaveOut {
    columns: Vec<Arc<str>>,
}

impl Estimator for LeaveOut {
    fn fit(&self, train: &Table, _: Option<&Table>, _: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        Ok(recipe(Step::Drop { columns: self.columns.clone() }, train))
    }

    fn with(&self, _: &[Change], _: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        Ok(Arc::new(self.clone()))
    }

    fn argument(&self, _: Option<&str>, _: &str) -> Option<&Value> {
        None
    }
}

/// Whether all rows are alike; null is a value like others.
fn has_one_value(column: &Column) -> Result<bool, Fault> {
    if Kind::of(column.dtype()) == Kind::Other {
        return Ok(column.null_count() == column.len());
    }
    let distinct = Distinct::of(column)?;
    Ok(distinct.cells.len() + usize::from(distinct.codes.contains(&None)) <= 1)
}

/// A column of numbers, scaled to mean 0 and length 1.
struct Numbers {
    name: Arc<str>,
    /// NaN is null.
    values: Vec<f64>,
    has_nulls: bool,
}

/// Of two features whose correlation is larger in size, the later one, if the earlier one stays.
fn correlated(columns: &[&Column], most: f64, context: &Context) -> Result<Vec<Arc<str>>, Fault> {
    let of_numbers = columns.iter().filter(|column| matches!(Kind::of(column.dtype()), Kind::Number | Kind::Bool));
    let numbers = of_numbers.map(|column| numbers(column)).collect::<Result<Vec<_>, _>>()?;
    let mut kept: Vec<&Numbers> = Vec::new();
    let mut dropped = Vec::new();
    in_pool(context.threads, || {
        for column in &numbers {
            if kept.par_iter().any(|other| correlation(other, column).abs() > most) {
                dropped.push(Arc::clone(&column.name));
            } else {
                kept.push(column);
            }
        }
    });
    Ok(dropped)
}

fn numbers(column: &Column) -> Result<Numbers, Fault> {
    let floats = column.cast(&DataType::Float64).map_err(fault)?;
    let mut values: Vec<f64> = floats.f64().map_err(fault)?.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    let has_nulls = values.iter().any(|value| value.is_nan());
    if !has_nulls {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let length = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
        let length = if length > 0.0 { length } else { f64::INFINITY };
        values.iter_mut().for_each(|value| *value = (*value - mean) / length);
    }
    Ok(Numbers { name: column.name().as_str().into(), values, has_nulls })
}

/// Pearson's correlation over the rows where neither is null; 0 where one of them has a single value there.
fn correlation(left: &Numbers, right: &Numbers) -> f64 {
    let pairs = || left.values.iter().zip(&right.values).filter(|(left, right)| !left.is_nan() && !right.is_nan());
    if !left.has_nulls && !right.has_nulls {
        return crate::learn::dot(&left.values, &right.values);
    }
    let count = pairs().count() as f64;
    let (mean_left, mean_right) =
        (pairs().map(|(left, _)| left).sum::<f64>() / count, pairs().map(|(_, right)| right).sum::<f64>() / count);
    let (mut both, mut squares_left, mut squares_right) = (0.0, 0.0, 0.0);
    for (left, right) in pairs() {
        let (left, right) = (left - mean_left, right - mean_right);
        both += left * right;
        squares_left += left * left;
        squares_right += right * right;
    }
    let length = (squares_left * squares_right).sqrt();
    if length > 0.0 { both / length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use gml_ir::{Partitions, Role};
    use polars::prelude::{DataFrame, df};

    use super::*;
    use crate::data::Input;
    use crate::learn::tests::support::{call, context, table};

    fn left(rows: &DataFrame, given: &[(&str, Value)], threads: usize) -> Vec<String> {
        let defaults = [
            ("max_null", Value::Float(1.0)),
            ("max_correlation", Value::Float(1.0)),
            ("keep", Value::Null),
            ("constants", Value::Bool(false)),
            ("seed", Value::Int(0)),
        ];
        let kept = defaults.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name));
        let args = kept.chain(given).map(|(name, value)| (*name, Input::Const(value.clone()))).collect();
        let Data::Estimator(select) = call("select_features", args, threads).unwrap() else { panic!("no estimator") };
        let train = table(rows.clone(), &[("y", Role::Target)], Partitions::NONE);
        let fitted = select.fit(&train, None, &context(threads)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fitted.save(folder.path()).unwrap();
        let loaded = crate::learn::load(folder.path()).unwrap();
        let applied = loaded.apply(&train, &context(threads)).unwrap();
        let left = frame::collect(applied.frame).unwrap();
        let names: Vec<String> = left.schema().iter_names().map(ToString::to_string).collect();
        assert_eq!(applied.ty.row.names().map(ToString::to_string).collect::<Vec<_>>(), names);
        names
    }

    fn rows() -> DataFrame {
        let x: Vec<f64> = (0..200).map(|row| f64::from(row * 37 % 101)).collect();
        let noise: Vec<f64> = (0..200).map(|row| f64::from(row * 53 % 97)).collect();
        let like_x: Vec<f64> = x.iter().zip(&noise).map(|(x, noise)| -2.0 * x + 0.05 * noise).collect();
        let holes: Vec<Option<f64>> = x.iter().enumerate().map(|(row, x)| (row % 4 == 0).then_some(*x)).collect();
        let y: Vec<f64> = x.iter().map(|x| x * x).collect();
        df!("x" => x, "like_x" => like_x, "noise" => noise, "holes" => holes, "same" => ["a"; 200],
            "none" => [None::<bool>; 200], "y" => y)
        .unwrap()
    }

    #[test]
    fn each_rule_leaves_out_what_it_says() {
        let all = ["x", "like_x", "noise", "holes", "same", "none", "y"];
        let without = |names: &[&str]| all.iter().filter(|name| !names.contains(name)).copied().collect::<Vec<_>>();
        assert_eq!(left(&rows(), &[], 1), all);
        assert_eq!(left(&rows(), &[("max_null", Value::Float(0.8))], 1), without(&["none"]));
        assert_eq!(left(&rows(), &[("max_null", Value::Float(0.5))], 1), without(&["holes", "none"]));
        assert_eq!(left(&rows(), &[("constants", Value::Bool(true))], 1), without(&["same", "none"]));
        for threads in [1, 3] {
            let most = [("max_correlation", Value::Float(0.95))];
            assert_eq!(left(&rows(), &most, threads), without(&["like_x", "holes"]));
        }
        assert_eq!(left(&rows(), &[("keep", Value::Int(1))], 1), ["x", "y"]);
        let both = [("keep", Value::Int(2)), ("max_correlation", Value::Float(0.95))];
        assert_eq!(left(&rows(), &both, 1), ["x", "noise", "y"]);
    }

    #[test]
    fn correlation_is_that_of_the_rows_that_both_have() {
        let of = |values: &[Option<f64>]| numbers(&Column::new("x".into(), values)).unwrap();
        let whole = of(&[Some(1.0), Some(2.0), Some(3.0), Some(9.0)]);
        let holes = of(&[Some(2.0), Some(4.0), Some(6.0), None]);
        assert!((correlation(&whole, &holes) - 1.0).abs() < 1e-12);
        // numpy.corrcoef([1, 2, 3, 9], [4, 1, 0, 2])
        let other = of(&[Some(4.0), Some(1.0), Some(0.0), Some(2.0)]);
        assert!((correlation(&whole, &other) + 0.12219196199438352).abs() < 1e-12);
        assert_eq!(correlation(&whole, &of(&[Some(5.0); 4])), 0.0);
    }
}

//! `select_features`: features that say nothing, or nothing new, are left out.

use std::collections::HashSet;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, IdxCa, IdxSize, IntoLazy, col};
use rayon::prelude::*;

use super::estimator::recipe;
use super::step::Step;
use super::values::{Distinct, Kind};
use crate::data::{Call, Context, Data, Table};
use crate::explain::permuted;
use crate::frame::{self, fault};
use crate::learn::arguments::{constant, misfit, optional};
use crate::learn::bounds::{COUNT, SHARE_FROM_ZERO, float, seed, whole};
use crate::learn::parameters::Objective;
use crate::learn::recall::Recall;
use crate::learn::target::{self, Roles};
use crate::learn::{folds, in_pool, presets};
use crate::learned::{Change, Estimator, Fitted};
use crate::table::hash;

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
        let mut found = importances(&left, self.seed, context)?;
        found.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        Ok(found.into_iter().skip(keep).map(|(name, _)| name).collect())
    }
}

/// How much is lost on rows that were not learned from where a feature's values are shuffled over them (Breiman 2001, "Random
/// Forests", section 10), the mean of the folds; in the order of the columns. For each fold the next one says when to stop, so that
/// trees do not learn by heart what is chance.
///
/// What splits gain on the rows that they were found by would not do: it grows with the number of values that a feature has, whether
/// they say something or not (Strobl et al. 2007, "Bias in random forest variable importance measures").
fn importances(train: &Table, seed: u64, context: &Context) -> Result<Vec<(Arc<str>, f64)>, Fault> {
    let objective = target::objective_of(train)?;
    let rows = frame::collect(train.frame.clone())?;
    let fold_of = parted(train, &rows, objective, seed)?;
    let folds = fold_of.iter().max().map_or(0, |last| last + 1);
    let is_feature = |name: &&str| train.ty.row.get(name).is_none_or(|column| column.role.is_none());
    let features = rows.schema().iter_names().map(|name| name.as_str()).filter(is_feature).map(Arc::<str>::from);
    let mut found: Vec<(Arc<str>, f64)> = features.map(|name| (name, 0.0)).collect();
    // Larger seeds than the trees take are as good as smaller ones.
    let learned_with = Value::Int((seed & 0x7fff_ffff).cast_signed());
    let given = [("seed", learned_with), ("stop_after", Value::Int(STOP_AFTER))];
    let trees = presets::boosted_trees(objective.name(), &given, context)?;
    let classes = classes(train, &rows, objective)?;
    let mut turns = 0;
    for fold in 0..folds {
        let place = |fault: Fault| fault.at(format!("part {} of {folds} that importance is judged on", fold + 1));
        let stops = (fold + 1) % folds;
        let is_learned = |of: usize| of != fold && of != stops;
        // What is of a class that is nowhere among the rows to learn from cannot be stopped by, and of one class alone nothing is
        // learned.
        let known: HashSet<u32> =
            classes.iter().zip(&fold_of).filter(|(_, of)| is_learned(**of)).map(|(class, _)| *class).collect();
        let is_known = |row: usize| classes.get(row).is_none_or(|class| known.contains(class));
        let learned: BooleanChunked = fold_of.iter().map(|of| is_learned(*of)).collect();
        let stopped_by: BooleanChunked =
            fold_of.iter().enumerate().map(|(row, of)| *of == stops && is_known(row)).collect();
        if known.len() == 1 || !stopped_by.any() {
            continue;
        }
        turns += 1;
        let filtered = |mask: &BooleanChunked| rows.filter(mask).map_err(fault);
        let (learned, stopped_by) = (filtered(&learned)?, filtered(&stopped_by)?);
        let judged = rows.take(&judged(&fold_of, fold, seed)).map_err(fault)?;
        let part = |rows: DataFrame| Table { frame: rows.lazy(), ty: train.ty.clone() };
        let shuffles = (JUDGED_ROWS / judged.height().max(1)).clamp(1, SHUFFLES);
        let model = trees.fit(&part(learned), Some(&part(stopped_by)), context).map_err(place)?;
        // What no tree looks at may be shuffled as one likes.
        let looked_at = model.gains()?.into_iter().filter(|(_, gain)| *gain > 0.0).map(|(name, _)| name);
        let looked_at: Vec<Arc<str>> = looked_at.collect();
        let judged = part(judged);
        for shuffle in 0..shuffles {
            let seed = hash(seed, (fold * SHUFFLES + shuffle) as u64);
            for (name, lost) in permuted(&*model, &looked_at, &judged, seed, context).map_err(place)? {
                if let Some((_, sum)) = found.iter_mut().find(|(of, _)| *of == name) {
                    *sum += lost / (shuffles * folds) as f64;
                }
            }
        }
    }
    if turns == 0 {
        return Err(Fault::new("GML0928", "the target is the same in all rows that importance could be learned from")
            .help("learn from more rows of each value of the target, or leave `keep` out"));
    }
    Ok(found)
}

/// The class of each row; nothing where a number is learned.
fn classes(train: &Table, rows: &DataFrame, objective: Objective) -> Result<Vec<u32>, Fault> {
    if objective == Objective::Regression {
        return Ok(Vec::new());
    }
    let target = rows.column(&Roles::of(&train.ty.row)?.target).map_err(fault)?;
    Ok(Distinct::of(target)?.codes.into_iter().flatten().collect())
}

/// Rounds without a gain after which the trees of a turn have learned enough.
const STOP_AFTER: i64 = 10;

/// Parts of the rows by which importance is judged in turn.
const FOLDS: usize = 5;

/// Rows of a part that importance is judged on: more of them would change no order that is more than chance.
const JUDGED_ROWS: usize = 20_000;

/// How often the values of a feature are shuffled where there are few rows to judge on.
const SHUFFLES: usize = 5;

/// The fold of each row. Rows of one group are in the same, as a model that knows a group knows its other rows; else each class has
/// its share in every fold.
fn parted(train: &Table, rows: &DataFrame, objective: Objective, seed: u64) -> Result<Vec<usize>, Fault> {
    let roles = Roles::of(&train.ty.row)?;
    let target = rows.column(&roles.target).map_err(fault)?;
    target::no_nulls(target)?;
    if let Some(group) = &roles.group {
        let groups = Distinct::of(rows.column(group).map_err(fault)?)?;
        // Rows whose group is not known are taken as those of one.
        let unknown = groups.cells.len();
        let groups = groups.codes.iter().map(|code| code.map_or(unknown, |code| code as usize)).collect::<Vec<_>>();
        let count = groups.iter().max().map_or(0, |last| last + 1);
        if count >= LEAST_FOLDS {
            return Ok(folds::grouped(&groups, count.min(FOLDS), seed));
        }
    }
    if rows.height() < LEAST_FOLDS {
        let text = format!(
            "`select_features` has {} row{}, and importance needs some to learn from, to stop by and to judge on",
            rows.height(),
            if rows.height() == 1 { "" } else { "s" }
        );
        return Err(Fault::new("GML0922", text).help("learn from more rows, or leave `keep` out"));
    }
    if objective != Objective::Regression {
        let fold_of = folds::stratified(&target::queries(target)?, FOLDS, seed);
        // Where there are but a few rows of each class, some folds may have none.
        if (0..FOLDS).all(|fold| fold_of.contains(&fold)) {
            return Ok(fold_of);
        }
    }
    Ok(folds::random(rows.height(), rows.height().min(FOLDS), seed))
}

/// One to judge on, one to stop by, and one to learn from.
const LEAST_FOLDS: usize = 3;

/// The places of the rows of a fold, of many the first in a random order.
fn judged(fold_of: &[usize], fold: usize, seed: u64) -> IdxCa {
    let mut places: Vec<usize> = (0..fold_of.len()).filter(|row| fold_of[*row] == fold).collect();
    if places.len() > JUDGED_ROWS {
        places.sort_by_key(|row| hash(seed, *row as u64));
        places.truncate(JUDGED_ROWS);
        places.sort_unstable();
    }
    IdxCa::from_vec(
        "row".into(),
        places.into_iter().map(|row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX)).collect(),
    )
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
    use polars::prelude::df;

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

    /// A number between 0 and 1 for each row, another one for each seed, and none that the folds of such a seed go by.
    fn draws(rows: usize, seed: u64) -> Vec<f64> {
        (0..rows as u64).map(|row| (hash(seed + 1_000, row) >> 11) as f64 / (1_u64 << 53) as f64).collect()
    }

    #[test]
    fn noise_of_many_values_is_not_kept_for_what_makes_the_target() {
        // Three values make the target, with much chance in it; the noise has a value of its own in every row.
        let of = |rows: usize| {
            let (draw, chance) = (draws(rows, 1), draws(rows, 2));
            let pages: Vec<i64> = draw.iter().map(|draw| (draw * 3.0) as i64).collect();
            let bought: Vec<bool> =
                pages.iter().zip(&chance).map(|(pages, chance)| *chance < 0.3 + 0.15 * *pages as f64).collect();
            df!("noise" => draws(rows, 3), "other" => draws(rows, 4), "pages" => pages, "y" => bought).unwrap()
        };
        let rows = of(1000);
        let gains = {
            let train = table(rows.clone(), &[("y", Role::Target)], Partitions::NONE);
            let trees = presets::boosted_trees("binary", &[], &context(1)).unwrap();
            trees.fit(&train, None, &context(1)).unwrap().gains().unwrap()
        };
        let gain = |of: &str| gains.iter().find(|(name, _)| &**name == of).unwrap().1;
        assert!(gain("noise") > gain("pages"), "what splits gain would have done: {gains:?}");
        for seed in 0..3 {
            let given = [("keep", Value::Int(1)), ("seed", Value::Int(seed))];
            assert_eq!(left(&rows, &given, 1), ["pages", "y"], "seed {seed}");
            assert_eq!(left(&rows, &given, 3), ["pages", "y"], "seed {seed}");
        }
    }

    #[test]
    fn rows_of_a_group_are_judged_together() {
        // The target is that of the group, which `number` names and no other row of another group has.
        let group: Vec<i64> = (0..1200).map(|row| row / 60).collect();
        let truth: Vec<f64> = draws(20, 5);
        let said: Vec<f64> = draws(1200, 6).iter().zip(&group).map(|(draw, of)| truth[*of as usize] + draw).collect();
        let target: Vec<f64> = group.iter().map(|of| truth[*of as usize]).collect();
        let number: Vec<f64> = group.iter().map(|of| (of * 7 % 23) as f64).collect();
        let rows = df!("number" => number, "said" => said, "visit" => group, "y" => target).unwrap();
        let importance = |roles: &[(&str, Role)]| {
            let rows = if roles.len() > 1 { rows.clone() } else { rows.drop("visit").unwrap() };
            let found = importances(&table(rows, roles, Partitions::NONE), 0, &context(1)).unwrap();
            assert_eq!(found.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["number", "said"]);
            found[0].1 > found[1].1
        };
        assert!(importance(&[("y", Role::Target)]), "a row of the same group tells its target");
        assert!(!importance(&[("y", Role::Target), ("visit", Role::Group)]));
    }

    #[test]
    fn importance_is_of_classes_and_of_few_rows_too() {
        let pages: Vec<i64> = (0..300).map(|row| row * 37 % 101 % 3).collect();
        let class_of = |pages: &[i64], row: usize| ["a", "b", "c"][pages[row] as usize];
        let class: Vec<&str> = (0..300).map(|row| class_of(&pages, row)).collect();
        let rows = df!("noise" => draws(300, 7), "pages" => pages.clone(), "y" => class).unwrap();
        assert_eq!(left(&rows, &[("keep", Value::Int(1))], 1), ["pages", "y"]);
        // Nothing can be told from so few rows: the first columns stay.
        assert_eq!(left(&rows.head(Some(9)), &[("keep", Value::Int(1))], 1), ["noise", "y"]);
        let few = |rows: DataFrame| importances(&table(rows, &[("y", Role::Target)], Partitions::NONE), 0, &context(1));
        assert_eq!(few(rows.head(Some(2))).unwrap_err().code, "GML0922");
        assert_eq!(few(rows.head(Some(3))).unwrap_err().code, "GML0928");
        // The only row of a class is stopped by in no turn.
        let rare: Vec<&str> = (0..300).map(|row| if row == 7 { "d" } else { class_of(&pages, row) }).collect();
        let rows = df!("noise" => draws(300, 7), "pages" => pages.clone(), "y" => rare).unwrap();
        assert_eq!(left(&rows, &[("keep", Value::Int(1))], 1), ["pages", "y"]);
        let rows = df!("pages" => pages.clone(), "y" => [true; 300]).unwrap();
        assert_eq!(few(rows).unwrap_err().code, "GML0928");
        let single: Vec<bool> = (0..300).map(|row| row == 7).collect();
        let rows = df!("noise" => draws(300, 7), "pages" => pages, "y" => single).unwrap();
        assert_eq!(few(rows).unwrap().len(), 2);
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

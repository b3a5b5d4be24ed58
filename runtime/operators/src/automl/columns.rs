//! What the features hold, and the recipes that follow from it.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::{Column, DataFrame, DataType};

use crate::data::{Context, Input, Table};
use crate::frame::fault;
use crate::learn::parameters::Objective;
use crate::learn::presets::{columns, made};
use crate::learned::Estimator;
use crate::prep::{self, Distinct, Kind};

/// A text of so many words on average is read word by word.
const WORDS_OF_A_TEXT: f64 = 4.0;
/// Texts with more values than that are encoded by the target, not by a column a value.
const MANY_VALUES: usize = 40;
/// Numbers whose skewness is larger are put on a logarithmic scale for linear models.
const SKEWED: f64 = 2.0;
/// Buckets of numbers for linear models that are to bend.
const BUCKETS: i64 = 16;
/// Columns that the values of a text share, where there are many of them and no mean of the target.
const HASHED: i64 = 64;

/// The features by what they hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns {
    numbers: Vec<Arc<str>>,
    /// Of `numbers`.
    skewed: Vec<Arc<str>>,
    bools: Vec<Arc<str>>,
    /// Texts with few values, and with many.
    few: Vec<Arc<str>>,
    many: Vec<Arc<str>>,
    /// Texts of several words.
    texts: Vec<Arc<str>>,
    dates: Vec<Arc<str>>,
    /// What no learner takes, and what says nothing.
    left_out: Vec<Arc<str>>,
}

impl Columns {
    /// Looks at the features of the rows to learn from.
    pub(super) fn of(table: &Table, rows: &DataFrame) -> Result<Self, Fault> {
        let mut found = Self::default();
        for column in rows.columns() {
            let name: Arc<str> = column.name().as_str().into();
            if table.ty.row.get(&name).is_some_and(|column| column.role.is_some()) {
                continue;
            }
            let place = match Kind::of(column.dtype()) {
                _ if column.null_count() == column.len() => &mut found.left_out,
                Kind::Number => {
                    if skewness(column)? > SKEWED {
                        found.skewed.push(Arc::clone(&name));
                    }
                    &mut found.numbers
                }
                Kind::Bool => &mut found.bools,
                Kind::Text => found.text(column)?,
                Kind::Date | Kind::Timestamp => &mut found.dates,
                Kind::Time | Kind::Duration | Kind::Other => &mut found.left_out,
            };
            place.push(name);
        }
        Ok(found)
    }

    fn text(&mut self, column: &Column) -> Result<&mut Vec<Arc<str>>, Fault> {
        let values = Distinct::of(column)?.cells;
        let words: usize = values.iter().map(|value| value.label().split_whitespace().count()).sum();
        let words = words as f64 / values.len().max(1) as f64;
        Ok(if words >= WORDS_OF_A_TEXT && values.len() > MANY_VALUES {
            &mut self.texts
        } else if values.len() * 10 > column.len() * 9 && values.len() > MANY_VALUES {
            // A value for nearly every row names it, and says nothing of others.
            &mut self.left_out
        } else if values.len() > MANY_VALUES {
            &mut self.many
        } else {
            &mut self.few
        })
    }

    /// Whether there are texts that trees may take in several ways.
    pub(super) fn has_categories(&self) -> bool {
        !self.few.is_empty() || !self.many.is_empty()
    }

    /// Whether there is anything that could lie in buckets.
    pub(super) fn has_numbers(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// What every learner needs: dates come apart, texts become words, the rest goes.
    fn common(&self, rows: usize, context: &Context) -> Result<Vec<Arc<dyn Estimator>>, Fault> {
        let mut steps = Vec::new();
        if !self.left_out.is_empty() {
            steps.push(prep::leave_out(self.left_out.clone()));
        }
        if !self.dates.is_empty() {
            steps.push(step("date_parts", &self.dates, vec![], context)?);
        }
        for text in &self.texts {
            // Words in fewer than one of a thousand texts say more of the rows than of the target.
            let min_rows = Value::Int((rows as i64 / 1_000).max(2));
            let args = vec![("words", Value::Int(300)), ("min_rows", min_rows)];
            steps.push(step("text_counts", std::slice::from_ref(text), args, context)?);
        }
        Ok(steps)
    }

    /// Features as they are: trees take texts as categories.
    pub(super) fn plain(&self, rows: usize, context: &Context) -> Result<Vec<Arc<dyn Estimator>>, Fault> {
        self.common(rows, context)
    }

    /// Texts as means of the target, or as columns of 0 and 1 where there is no mean.
    pub(super) fn encoded(
        &self,
        objective: Objective,
        rows: usize,
        seed: i64,
        context: &Context,
    ) -> Result<Vec<Arc<dyn Estimator>>, Fault> {
        let mut steps = self.common(rows, context)?;
        let all = [self.few.as_slice(), &self.many].concat();
        if objective == Objective::Multiclass {
            if !self.few.is_empty() {
                steps.push(step("one_hot", &self.few, vec![], context)?);
            }
        } else {
            steps.push(target_encode(&all, seed, context)?);
        }
        Ok(steps)
    }

    /// Numbers without nulls alone, for linear models; in `buckets` each number may have its own curve.
    pub(super) fn linear(
        &self,
        objective: Objective,
        buckets: bool,
        rows: usize,
        seed: i64,
        context: &Context,
    ) -> Result<Vec<Arc<dyn Estimator>>, Fault> {
        let mut steps = self.common(rows, context)?;
        if !self.many.is_empty() && objective == Objective::Multiclass {
            // Classes have no mean.
            steps.push(step("hash", &self.many, vec![("buckets", Value::Int(HASHED))], context)?);
        } else if !self.many.is_empty() {
            steps.push(target_encode(&self.many, seed, context)?);
        }
        let parts = ["year", "month", "day", "weekday"];
        let dated: Vec<Arc<str>> =
            self.dates.iter().flat_map(|date| parts.map(|part| format!("{date}_{part}").into())).collect();
        let filled = [self.numbers.as_slice(), &dated].concat();
        let mut coded = self.few.clone();
        if buckets && !self.numbers.is_empty() {
            steps.push(step("quantile_bin", &self.numbers, vec![("n", Value::Int(BUCKETS))], context)?);
            coded.extend(self.numbers.iter().cloned());
            if !dated.is_empty() {
                steps.push(step("impute", &dated, vec![("how", Value::Str("median".into()))], context)?);
            }
        } else if !filled.is_empty() {
            steps.push(step("impute", &filled, vec![("how", Value::Str("median".into()))], context)?);
            if !self.skewed.is_empty() {
                steps.push(step("log", &self.skewed, vec![], context)?);
            }
        }
        if !self.bools.is_empty() {
            steps.push(step("impute", &self.bools, vec![("how", Value::Str("mean".into()))], context)?);
        }
        if !coded.is_empty() {
            steps.push(step("one_hot", &coded, vec![], context)?);
        }
        Ok(steps)
    }
}

fn target_encode(names: &[Arc<str>], seed: i64, context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
    let args = vec![("smoothing", Value::Float(20.0)), ("folds", Value::Int(5)), ("seed", Value::Int(seed))];
    step("target_encode", names, args, context)
}

fn step(
    operator: &'static str,
    names: &[Arc<str>],
    args: Vec<(&str, Value)>,
    context: &Context,
) -> Result<Arc<dyn Estimator>, Fault> {
    let known = prep::OPERATORS.iter().find(|(_, name, _)| *name == operator);
    let (.., implementation) = known.ok_or_else(|| Fault::new("GML0999", format!("there is no step `{operator}`")))?;
    let mut all: Vec<(&str, Input)> = args.into_iter().map(|(name, value)| (name, Input::Const(value))).collect();
    all.push(("columns", columns(names)));
    made(operator, *implementation, all, context)
}

/// How far the values lean to one side (the third standardised moment, in size); 0 where they do not vary.
fn skewness(column: &Column) -> Result<f64, Fault> {
    let floats = column.cast(&DataType::Float64).map_err(fault)?;
    let values: Vec<f64> = floats.f64().map_err(fault)?.iter().flatten().filter(|value| value.is_finite()).collect();
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let moment = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / values.len() as f64;
    let spread = moment(2).sqrt();
    Ok(if spread > 0.0 { (moment(3) / spread.powi(3)).abs() } else { 0.0 })
}

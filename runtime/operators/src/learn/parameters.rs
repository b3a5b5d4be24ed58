//! Parameters of boosted trees: those of GML, their bounds, and what LightGBM calls them.
//!
//! | GML | LightGBM | |
//! |---|---|---|
//! | `objective` | `objective`, `metric` | `binary` (`binary_logloss`), `multiclass` (`multi_logloss`), `regression` (`l2`), `lambdarank` (`ndcg`, `eval_at` 5) |
//! | `rounds` | `num_iterations` | given as the number of updates |
//! | `stop_after` | `early_stopping_round` | done here, on the rows to validate on |
//! | `learning_rate` | `learning_rate` | |
//! | `leaves` | `num_leaves` | |
//! | `depth` | `max_depth` | -1 where it is null |
//! | `min_rows` | `min_data_in_leaf` | |
//! | `min_hessian` | `min_sum_hessian_in_leaf` | |
//! | `min_gain` | `min_gain_to_split` | |
//! | `row_fraction` | `bagging_fraction` | |
//! | `resample_every` | `bagging_freq` | only where `row_fraction` is below 1 |
//! | `column_fraction` | `feature_fraction` | |
//! | `l1`, `l2` | `lambda_l1`, `lambda_l2` | |
//! | `bins` | `max_bin` | |
//! | `positive_weight` | `scale_pos_weight` | `binary` only |
//! | `category_smoothing`, `category_l2` | `cat_smooth`, `cat_l2` | |
//! | `truncation` | `lambdarank_truncation_level` | `lambdarank` only |
//! | `seed` | `seed` | |
//! | `group` | the groups of the dataset | |
//! | | `deterministic`, `force_row_wise` | true: the same trees for any number of threads |

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Role, Value};
use serde::{Deserialize, Serialize};

use super::arguments::{column_names, misfit, optional, optional_constant, word};
use super::bounds::{self, AMOUNT, Bounds, COUNT, FROM_ZERO, POSITIVE, SHARE, whole};
use crate::data::{Call, Table};

/// What is to be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Objective {
    /// The probability of true.
    Binary,
    /// The probability of each class.
    Multiclass,
    /// A number.
    Regression,
    /// An order within each query.
    Lambdarank,
}

impl Objective {
    /// The word in a program, and LightGBM's.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Multiclass => "multiclass",
            Self::Regression => "regression",
            Self::Lambdarank => "lambdarank",
        }
    }

    /// LightGBM's name of the metric that decides when to stop.
    pub(super) fn metric(self) -> &'static str {
        match self {
            Self::Binary => "binary_logloss",
            Self::Multiclass => "multi_logloss",
            Self::Regression => "l2",
            Self::Lambdarank => "ndcg",
        }
    }
}

/// Parameters that change how rows are put into bins.
pub(super) const BINNING: &[&str] = &["objective", "bins", "group", "seed"];

const LEAVES: Bounds = Bounds { least: 2.0, most: 131_072.0, words: "in 2..131072" };
const BINS: Bounds = Bounds { least: 2.0, most: 65_535.0, words: "in 2..65535" };

/// Checked parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameters {
    /// What is to be learned.
    pub(super) objective: Objective,
    /// Rounds of boosting.
    pub(super) rounds: usize,
    /// Rounds without improvement before it stops.
    pub(super) stop_after: Option<usize>,
    /// The column that tells queries apart, where it is none with that role.
    group: Option<Arc<str>>,
    /// The others, by LightGBM's names.
    settings: Vec<(&'static str, String)>,
}

impl Parameters {
    /// Those of a call of `boosted_trees`.
    ///
    /// # Errors
    /// GML0229 where one is out of its bounds.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let objective = match word(call, "objective")? {
            "binary" => Objective::Binary,
            "multiclass" => Objective::Multiclass,
            "regression" => Objective::Regression,
            "lambdarank" => Objective::Lambdarank,
            other => return Err(misfit(call, "objective", &format!("is `{other}`, which is no objective"))),
        };
        let stop_after = match optional_constant(call, "stop_after")? {
            Some(_) => Some(whole(call, "stop_after", &COUNT)?),
            None => None,
        };
        let depth = match optional_constant(call, "depth")? {
            Some(_) => whole(call, "depth", &COUNT)?.to_string(),
            None => "-1".into(),
        };
        let row_fraction = bounds::float(call, "row_fraction", &SHARE)?;
        let mut settings = vec![
            ("learning_rate", float(call, "learning_rate", &POSITIVE)?),
            ("num_leaves", integer(call, "leaves", &LEAVES)?),
            ("max_depth", depth),
            ("min_data_in_leaf", integer(call, "min_rows", &FROM_ZERO)?),
            ("min_sum_hessian_in_leaf", float(call, "min_hessian", &AMOUNT)?),
            ("min_gain_to_split", float(call, "min_gain", &AMOUNT)?),
        ];
        let resample_every = integer(call, "resample_every", &COUNT)?;
        if row_fraction < 1.0 {
            settings.extend([("bagging_fraction", float_text(row_fraction)), ("bagging_freq", resample_every)]);
        }
        settings.extend([
            ("feature_fraction", float(call, "column_fraction", &SHARE)?),
            ("lambda_l1", float(call, "l1", &AMOUNT)?),
            ("lambda_l2", float(call, "l2", &AMOUNT)?),
            ("max_bin", integer(call, "bins", &BINS)?),
            ("cat_smooth", float(call, "category_smoothing", &AMOUNT)?),
            ("cat_l2", float(call, "category_l2", &AMOUNT)?),
            ("seed", integer(call, "seed", &FROM_ZERO)?),
        ]);
        let positive_weight = float(call, "positive_weight", &POSITIVE)?;
        if objective == Objective::Binary {
            settings.push(("scale_pos_weight", positive_weight));
        } else if bounds::float(call, "positive_weight", &POSITIVE)? != 1.0 {
            return Err(Fault::new("GML0229", "`positive_weight` has a meaning for `objective: binary` only")
                .help("leave it out; to let rows count differently, give a column the role `weight`"));
        }
        if objective == Objective::Lambdarank {
            settings.push(("lambdarank_truncation_level", integer(call, "truncation", &COUNT)?));
        }
        let group = match optional(call, "group").map(column_names).transpose()?.as_deref() {
            None | Some([]) => None,
            Some([group]) => Some(Arc::clone(group)),
            Some(several) => {
                return Err(Fault::new(
                    "GML0229",
                    format!(
                        "`group` of boosted_trees names {} columns, and queries are told apart by one",
                        several.len()
                    ),
                )
                .help("derive one column of them, and name it"));
            }
        };
        Ok(Self { objective, rounds: whole(call, "rounds", &COUNT)?, stop_after, group, settings })
    }

    /// The table with the role `group` at the column that `group` names.
    ///
    /// # Errors
    /// GML0301 where there is no such column.
    pub(super) fn with_group(&self, table: &Table) -> Result<Table, Fault> {
        let mut table = table.clone();
        let Some(group) = &self.group else { return Ok(table) };
        let row = Arc::make_mut(&mut table.ty.row);
        for column in row.columns.iter_mut().filter(|column| column.role == Some(Role::Group)) {
            column.role = None;
        }
        match row.columns.iter_mut().find(|column| column.name == *group) {
            Some(column) => column.role = Some(Role::Group),
            None => {
                return Err(Fault::new(
                    "GML0301",
                    format!("`group` of boosted_trees is the column `{group}`, and there is none"),
                ));
            }
        }
        Ok(table)
    }

    /// LightGBM's parameters but the number of threads, which must not change the result.
    pub(super) fn pairs(&self, classes: usize) -> Vec<(&'static str, String)> {
        let mut pairs =
            vec![("objective", self.objective.name().to_owned()), ("metric", self.objective.metric().into())];
        match self.objective {
            Objective::Multiclass => pairs.push(("num_class", classes.to_string())),
            Objective::Lambdarank => pairs.push(("eval_at", "5".into())),
            Objective::Binary | Objective::Regression => {}
        }
        pairs.extend(self.settings.iter().cloned());
        pairs.extend([("deterministic", "true".to_owned()), ("force_row_wise", "true".to_owned())]);
        pairs
    }
}

/// LightGBM's name of a metric that it can tell after each round, for what is learned, where it is none that decides when to stop;
/// and whether more of it is better.
pub(super) fn further_metric(objective: Objective, metric: &Value) -> Option<(&'static str, bool)> {
    let Value::Symbol { name, .. } = metric else { return None };
    match (objective, &**name) {
        (Objective::Binary, "auc") => Some(("auc", true)),
        (Objective::Binary, "average_precision") => Some(("average_precision", true)),
        (Objective::Regression, "mae") => Some(("l1", false)),
        _ => None,
    }
}

/// LightGBM's form of its parameters.
pub(super) fn text(pairs: &[(&'static str, String)], threads: usize) -> String {
    let mut parts: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.extend([format!("num_threads={}", threads.max(1)), "verbosity=-1".into()]);
    parts.join(" ")
}

/// The shortest text that gives the same float.
fn float_text(number: f64) -> String {
    format!("{number:?}")
}

fn float(call: &Call<'_>, name: &str, bounds: &Bounds) -> Result<String, Fault> {
    bounds::float(call, name, bounds).map(float_text)
}

fn integer(call: &Call<'_>, name: &str, bounds: &Bounds) -> Result<String, Fault> {
    whole(call, name, bounds).map(|count| count.to_string())
}

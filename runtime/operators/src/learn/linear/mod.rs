//! Linear models: `logistic`, `ridge` and `elastic_net`.
//!
//! What lives here: scaled features as a matrix, how weights are found, and the fitted model. What does not: encoding of
//! texts and filling of nulls (`prep`).

mod design;
mod lbfgs;
mod least_squares;
mod likelihood;
mod model;
mod newton;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::col;

use super::arguments::constant;
use super::bounds::{AMOUNT, COUNT, POSITIVE, SHARE_FROM_ZERO, float, whole};
use super::in_pool;
use super::matrix;
use super::parameters::Objective;
use super::recall::Recall;
use super::target::{self, Roles};
use crate::data::{Call, Context, Data, Table};
use crate::frame::{self, fault};
use crate::learned::{Change, Estimator, Fitted, Trials, Watch};
use design::Design;
use model::FittedLinear;

pub(crate) use design::dot;
pub(crate) use likelihood::to_probabilities;
pub(super) use model::load;

/// What is learned, and how weights are kept small.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Parameters {
    Logistic {
        l1: f64,
        l2: f64,
        positive_weight: f64,
        iterations: usize,
        tolerance: f64,
    },
    /// A sum for each class.
    Softmax {
        l1: f64,
        l2: f64,
        iterations: usize,
        tolerance: f64,
    },
    Ridge {
        l2: f64,
    },
    ElasticNet {
        penalty: f64,
        share: f64,
        iterations: usize,
        tolerance: f64,
    },
}

pub(super) fn logistic(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, logistic, |call| {
        let (l1, l2) = (float(call, "l1", &AMOUNT)?, float(call, "l2", &AMOUNT)?);
        let positive_weight = float(call, "positive_weight", &POSITIVE)?;
        let (iterations, tolerance) = (whole(call, "iterations", &COUNT)?, float(call, "tolerance", &POSITIVE)?);
        if constant(call, "objective")?.as_str() != Some(Objective::Multiclass.name()) {
            return Ok(Parameters::Logistic { l1, l2, positive_weight, iterations, tolerance });
        }
        if positive_weight != 1.0 {
            let text =
                format!("`positive_weight` of logistic is {positive_weight}, and several classes have no positives");
            return Err(
                Fault::new("GML0229", text).help("leave it out, or give the rows a column with the role `weight`")
            );
        }
        Ok(Parameters::Softmax { l1, l2, iterations, tolerance })
    })
}

pub(super) fn ridge(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, ridge, |call| Ok(Parameters::Ridge { l2: float(call, "l2", &AMOUNT)? }))
}

pub(super) fn elastic_net(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, elastic_net, |call| {
        Ok(Parameters::ElasticNet {
            penalty: float(call, "penalty", &AMOUNT)?,
            share: float(call, "share", &SHARE_FROM_ZERO)?,
            iterations: whole(call, "iterations", &COUNT)?,
            tolerance: float(call, "tolerance", &POSITIVE)?,
        })
    })
}

type Read = fn(&Call<'_>) -> Result<Parameters, Fault>;

fn estimator(call: &Call<'_>, implementation: crate::data::Implementation, read: Read) -> Result<Data, Fault> {
    let parameters = read(call)?;
    Ok(Data::Estimator(Arc::new(Linear { parameters, read, recall: Recall::of(call, implementation) })))
}

/// A linear model that has not learned yet.
#[derive(Clone)]
struct Linear {
    parameters: Parameters,
    read: Read,
    recall: Recall,
}

impl Estimator for Linear {
    fn fit(&self, train: &Table, _: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        Ok(Arc::new(self.learn(&self.parameters, &self.ready(train)?, context)?))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }

    fn trials(
        &self,
        _: &[(Option<Arc<str>>, Arc<str>)],
        train: &Table,
        valid: &Table,
        _: &Context,
    ) -> Result<Box<dyn Trials>, Fault> {
        Ok(Box::new(LinearTrials { estimator: self.clone(), ready: self.ready(train)?, valid: valid.clone() }))
    }
}

/// Rows in the form that weights are found from.
struct Ready {
    design: Design,
    /// Of several classes the place of the row's class.
    target: Vec<f64>,
    classes: Vec<Arc<str>>,
    input: Arc<gml_ir::Row>,
}

impl Linear {
    fn objective(&self) -> Objective {
        match self.parameters {
            Parameters::Logistic { .. } => Objective::Binary,
            Parameters::Softmax { .. } => Objective::Multiclass,
            Parameters::Ridge { .. } | Parameters::ElasticNet { .. } => Objective::Regression,
        }
    }

    fn ready(&self, train: &Table) -> Result<Ready, Fault> {
        let operator = self.recall.operator();
        let roles = Roles::of(&train.ty.row)?;
        let columns = matrix::feature_columns(train)?;
        model::only_numbers(operator, &columns)?;
        let names = columns.iter().map(|(name, _)| name).chain(roles.names(self.objective()));
        let rows = frame::collect(train.frame.clone().select(names.map(|name| col(&**name)).collect::<Vec<_>>()))?;
        if rows.height() == 0 {
            return Err(matrix::no_rows(train));
        }
        let target = rows.column(&roles.target).map_err(fault)?;
        let (target, classes) = match self.objective() {
            Objective::Multiclass => {
                let classes = target::classes(target)?;
                let places = target::labels(Objective::Multiclass, target, &classes, true)?;
                (places.into_iter().map(f64::from).collect(), classes)
            }
            objective => (target::numbers_of(objective, operator, target)?, Vec::new()),
        };
        let weights = match &roles.weight {
            Some(weight) => target::weights(rows.column(weight).map_err(fault)?)?,
            None => vec![1.0; rows.height()],
        };
        if weights.iter().sum::<f64>() <= 0.0 {
            return Err(Fault::new("GML0921", format!("{operator} has no rows to learn from: all weights are 0")));
        }
        let design = Design::new(operator, columns, &rows, weights)?;
        Ok(Ready { design, target, classes, input: Arc::clone(&train.ty.row) })
    }

    fn learn(&self, parameters: &Parameters, ready: &Ready, context: &Context) -> Result<FittedLinear, Fault> {
        let Ready { design, target, classes, input } = ready;
        let until = context.observer.deadline();
        let found = in_pool(context.threads, || match *parameters {
            Parameters::Logistic { l1, l2, positive_weight, iterations, tolerance } => {
                let limits = lbfgs::Limits { iterations, tolerance, until };
                likelihood::logistic(design, target, positive_weight, l1, l2, limits).map(|found| vec![found])
            }
            Parameters::Softmax { l1, l2, iterations, tolerance } => {
                let limits = lbfgs::Limits { iterations, tolerance, until };
                likelihood::softmax(design, target, classes.len(), l1, l2, limits)
            }
            Parameters::Ridge { l2 } => least_squares::ridge(design, target, l2).map(|found| vec![found]),
            Parameters::ElasticNet { penalty, share, .. } if penalty * share == 0.0 => {
                // Without a penalty on sizes this is ridge regression, which needs no descent.
                least_squares::ridge(design, target, penalty * design.total()).map(|found| vec![found])
            }
            Parameters::ElasticNet { penalty, share, iterations, tolerance } => {
                least_squares::elastic_net(design, target, penalty, share, iterations, tolerance)
                    .map(|found| vec![found])
            }
        });
        let found = found.map_err(|not_found| {
            Fault::new("GML0921", format!("{} did not come to rest: {not_found}", self.recall.operator())).help(
                "raise `iterations` or `tolerance`, give a larger penalty, or leave out features that say the same",
            )
        })?;
        let (operator, classes) = (self.recall.operator(), classes.clone());
        Ok(FittedLinear::new(operator, self.objective(), classes, design, &found, Arc::clone(input)))
    }
}

/// Weights of the scaled features, and what is added to their sum.
#[derive(Clone, Debug, PartialEq)]
struct Weights {
    weights: Vec<f64>,
    intercept: f64,
}

/// Fits with changing parameters on the same matrix.
struct LinearTrials {
    estimator: Linear,
    ready: Ready,
    valid: Table,
}

impl Trials for LinearTrials {
    fn fit(&self, changes: &[Change], _: Watch<'_>, context: &Context) -> Result<Option<Arc<dyn Fitted>>, Fault> {
        let parameters = self.estimator.recall.changed(changes, context, self.estimator.read)?;
        Ok(Some(Arc::new(self.estimator.learn(&parameters, &self.ready, context)?)))
    }

    fn valid(&self) -> &Table {
        &self.valid
    }
}

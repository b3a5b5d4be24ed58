//! Estimators that operators make themselves, with the arguments that a program would leave out.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Expr, ExprKind, NamedExpr, Type, Value};

use super::parameters::Objective;
use super::{linear, trees};
use crate::data::{Call, Context, Data, Implementation, Input};
use crate::learned::Estimator;

/// The defaults of `boosted_trees` as the standard library declares them.
pub(crate) fn tree_defaults() -> Vec<(&'static str, Value)> {
    vec![
        ("rounds", Value::Int(100)),
        ("stop_after", Value::Null),
        ("learning_rate", Value::Float(0.1)),
        ("leaves", Value::Int(31)),
        ("depth", Value::Null),
        ("min_rows", Value::Int(20)),
        ("min_hessian", Value::Float(0.001)),
        ("min_gain", Value::Float(0.0)),
        ("row_fraction", Value::Float(1.0)),
        ("resample_every", Value::Int(1)),
        ("column_fraction", Value::Float(1.0)),
        ("l1", Value::Float(0.0)),
        ("l2", Value::Float(0.0)),
        ("bins", Value::Int(255)),
        ("positive_weight", Value::Float(1.0)),
        ("category_smoothing", Value::Float(10.0)),
        ("category_l2", Value::Float(10.0)),
        ("truncation", Value::Int(30)),
        ("seed", Value::Int(0)),
    ]
}

/// `boosted_trees` with its defaults and what is given instead.
pub(crate) fn boosted_trees(
    objective: &str,
    given: &[(&str, Value)],
    context: &Context,
) -> Result<Arc<dyn Estimator>, Fault> {
    let kept = tree_defaults().into_iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name));
    let mut args: Vec<(&str, Input)> = kept.map(|(name, value)| (name, Input::Const(value))).collect();
    args.extend(given.iter().map(|(name, value)| (*name, Input::Const(value.clone()))));
    args.push(("objective", Input::Const(Value::Str(objective.into()))));
    made("boosted_trees", trees::boosted_trees, args, context)
}

/// `logistic` for a bool and for classes, `ridge` for a number, with their defaults.
pub(crate) fn linear_learner(objective: Objective, context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
    let number = |name, value| (name, Input::Const(Value::Float(value)));
    if objective == Objective::Regression {
        return made("ridge", linear::ridge, vec![number("l2", 1.0)], context);
    }
    let args = vec![
        number("l1", 0.0),
        number("l2", 1.0),
        number("positive_weight", 1.0),
        ("iterations", Input::Const(Value::Int(1000))),
        number("tolerance", 1e-6),
        ("objective", Input::Const(Value::Str(objective.name().into()))),
    ];
    made("logistic", linear::logistic, args, context)
}

/// The estimator that an operator gives.
///
/// # Errors
/// Those of the operator.
pub(crate) fn made(
    operator: &str,
    implementation: Implementation,
    args: Vec<(&str, Input)>,
    context: &Context,
) -> Result<Arc<dyn Estimator>, Fault> {
    let args = args.into_iter().map(|(name, input)| (Arc::from(name), input)).collect();
    match implementation(Call { operator, args, result: &Type::Unknown, context })? {
        Data::Estimator(estimator) => Ok(estimator),
        _ => Err(Fault::new("GML0999", format!("`{operator}` made no estimator"))),
    }
}

/// Columns as an argument.
pub(crate) fn columns(names: &[Arc<str>]) -> Input {
    let column = |name: &Arc<str>| NamedExpr {
        name: Arc::clone(name),
        expr: Expr { kind: ExprKind::Column(Arc::clone(name)), ty: Type::Unknown },
    };
    Input::Columns(names.iter().map(column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_that_are_declared() {
        let library = include_str!("../../../../stdlib/learn.gml");
        let from = library.find("operator boosted_trees").unwrap();
        let declared = &library[from..from + library[from..].find(") ->").unwrap()];
        for (name, value) in tree_defaults().into_iter().filter(|(name, _)| *name != "seed") {
            let line = declared.lines().find(|line| line.trim().starts_with(&format!("{name}: "))).unwrap();
            let default = line.split(" = ").nth(1).unwrap().trim_end_matches(',');
            assert_eq!(default, value.to_string(), "{name}");
        }
        let count = declared.lines().filter(|line| line.contains(" = ")).count();
        // `group` has none to give.
        assert_eq!(count, tree_defaults().len() + 1);
    }
}

//! What the standard library declares and this version cannot run yet. This is the only list of it. Whoever implements one
//! takes it off here: the tests hold that nothing is both.

use gml_ir::{Arg, Dataset, Expr, ExprKind, INPUTS, Step, StepKind, Value};

use crate::embed::{EMBED, calls_embed, embeds};
use crate::table::EMBEDDING;

/// Operators, by module.
const OPERATORS: &[(&str, &[&str])] = &[];

/// Arguments of operators that run without them: module, operator, argument.
const ARGUMENTS: &[(&str, &str, &str)] = &[];

/// Functions of rows, metrics and connectors.
const FUNCTIONS: &[&str] = &[];

/// Modules and names of the operators that are declared and cannot be run yet.
pub fn pending_operators() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATORS.iter().flat_map(|(module, names)| names.iter().map(|name| (*module, *name)))
}

/// Arguments that cannot be given yet: module, operator, argument.
pub fn pending_arguments() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ARGUMENTS.iter().copied()
}

/// Names of the functions, metrics and connectors that are declared and cannot be run yet.
pub fn pending_functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().copied()
}

/// What of a step cannot be run yet, by its name in the program; `None` where all of it can.
pub fn pending_in(step: &Step) -> Option<String> {
    match &step.kind {
        StepKind::Call { module, operator, args } => {
            if OPERATORS.iter().any(|(of, names)| *of == &**module && names.contains(&&**operator)) {
                return Some(format!("`{operator}` of {module}"));
            }
            let given = |name: &str| args.iter().any(|(arg, _)| &**arg == name);
            let argument =
                ARGUMENTS.iter().find(|(of, name, arg)| *of == &**module && *name == &**operator && given(arg));
            if let Some((.., argument)) = argument {
                return Some(format!("`{argument}:` of `{operator}`"));
            }
            let may_embed = &**module == "std.table" && EMBEDDING.contains(&&**operator);
            if given(INPUTS) && !may_embed && args.iter().any(|(_, arg)| embeds(arg)) {
                return Some(format!("`{EMBED}` within `{operator}`"));
            }
            args.iter().find_map(|(_, arg)| in_argument(arg))
        }
        StepKind::Compute { expr, .. } => in_expr(expr).or_else(|| embedded(expr)),
        _ => None,
    }
}

/// What of a dataset's place cannot be run yet.
pub fn pending_store(dataset: &Dataset) -> Option<String> {
    let connector = &dataset.connector.name;
    FUNCTIONS.contains(&&**connector).then(|| format!("`{connector}`, where `{}` is stored,", dataset.name))
}

fn in_argument(arg: &Arg) -> Option<String> {
    match arg {
        Arg::Step(_) => None,
        Arg::Const(value) => in_value(value),
        Arg::Expr(expr) => in_expr(expr),
        Arg::Columns(columns) => columns.iter().find_map(|column| in_expr(&column.expr)),
        Arg::Order(keys) => keys.iter().find_map(|key| in_expr(&key.expr)),
        Arg::List(items) => items.iter().find_map(in_argument),
        Arg::Record(fields) => fields.iter().find_map(|(_, value)| in_argument(value)),
    }
}

/// A single value that is embedded.
fn embedded(expr: &Expr) -> Option<String> {
    calls_embed(expr).then(|| format!("`{EMBED}` of a single value"))
}

fn in_value(value: &Value) -> Option<String> {
    match value {
        Value::Symbol { name, .. } if FUNCTIONS.contains(&&**name) => Some(format!("`{name}`")),
        Value::List(items) => items.iter().find_map(in_value),
        Value::Record(fields) => fields.iter().find_map(|(_, value)| in_value(value)),
        _ => None,
    }
}

fn in_expr(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Column(_) | ExprKind::Input(_) => None,
        ExprKind::Literal(value) => in_value(value),
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => in_expr(of),
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => in_expr(left).or_else(|| in_expr(right)),
        ExprKind::If(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().find_map(|part| in_expr(part))
        }
        ExprKind::List(items) => items.iter().find_map(in_expr),
        ExprKind::Struct(fields) => fields.iter().find_map(|field| in_expr(&field.expr)),
        ExprKind::Call { function, .. } if FUNCTIONS.contains(&&**function) => Some(format!("`{function}`")),
        ExprKind::Call { args, .. } => args.iter().find_map(|(_, arg)| in_expr(arg)),
    }
}

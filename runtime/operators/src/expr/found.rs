//! Columns whose types are known only when it runs: those of open rows.
//!
//! The checker is silent about them. Where a step begins that uses some, its expressions get the types that the columns turn out
//! to have, and what is asked of them is held against these, as the checker would have done. Otherwise polars would compute
//! something else than the language says (a number added to a text is a text to it), or refuse in words of its own.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{BinaryOp, Expr, ExprKind, Type, UnaryOp, Value};
use polars::prelude::{DataFrame, IntoLazy, Schema};

use super::aggregate::is_aggregate;
use super::window::{each_part, is_window, map_parts};
use super::{common, constant, dtype, translate, type_of};
use crate::frame::collect;

/// Whether an expression uses something whose type only the run knows.
pub(crate) fn is_of_unknown(expr: &Expr) -> bool {
    let mut found = false;
    each_part(expr, &mut |part| {
        found |= part.ty == Type::Unknown && !matches!(part.kind, ExprKind::Literal(_) | ExprKind::Input(_));
    });
    found
}

/// The expression with the types that columns, and what is made of them, turn out to have.
///
/// # Errors
/// GML0301 where there is no such column, GML0929 where it is not what is asked of it.
pub(crate) fn resolved(expr: &Expr, columns: &Schema) -> Result<Expr, Fault> {
    let is_new = expr.ty == Type::Unknown;
    match &expr.kind {
        ExprKind::Column(name) if is_new => {
            let found = columns.get(name).ok_or_else(|| no_column(name, columns))?;
            Ok(Expr { kind: expr.kind.clone(), ty: type_of(found).nullable() })
        }
        ExprKind::Literal(value) if is_new => Ok(Expr { kind: expr.kind.clone(), ty: type_of_value(value) }),
        ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Input(_) => Ok(expr.clone()),
        ExprKind::Call { function, args } => call(expr, function, args, columns),
        _ => {
            let mut uses_new = false;
            let mut made = map_parts(expr, &mut |part| {
                uses_new |= part.ty == Type::Unknown;
                resolved(part, columns)
            })?;
            if uses_new || is_new {
                let ty = type_of_operation(&made)?;
                if is_new {
                    made.ty = ty;
                }
            }
            Ok(made)
        }
    }
}

/// The condition by which an operator chooses rows, as [`resolved`].
///
/// # Errors
/// Those of [`resolved`], and GML0929 where it is no bool.
pub(crate) fn resolved_condition(expr: &Expr, columns: &Schema, operator: &str) -> Result<Expr, Fault> {
    let made = resolved(expr, columns)?;
    if Class::Bool.has(&made.ty) {
        return Ok(made);
    }
    Err(refused(format!("`{operator}` wants a bool, and {} is {}", shown(&made), made.ty.non_null())))
}

/// The fault that says that there is no such column.
pub(crate) fn no_column(name: &str, columns: &Schema) -> Fault {
    let names: Vec<&str> = columns.iter_names().map(|name| name.as_str()).collect();
    gml_connect::no_column(name, &names)
}

/// The fault that says that something is not what is asked of it.
pub(crate) fn refused(message: String) -> Fault {
    Fault::new("GML0929", message)
        .detail("its type was not known before the run, since the row that it is of is open (`..`)")
        .help(
            "say what it is, with `|> conform(Schema)` in front of this step: then it is checked before anything runs",
        )
}

fn type_of_value(value: &Value) -> Type {
    constant::dtype_of(value).map_or(Type::Unknown, |dtype| type_of(&dtype))
}

/// What an operation gives of parts whose types are known by now.
fn type_of_operation(made: &Expr) -> Result<Type, Fault> {
    let is =
        |part: &Expr, of: &Type| matches!(part.ty.non_null(), Type::Unknown | Type::Null) || part.ty.non_null() == of;
    let bool_wanted = |part: &Expr, by: &str| {
        if is(part, &Type::Bool) {
            return Ok(());
        }
        Err(refused(format!("{by} wants a bool, and {} is {}", shown(part), part.ty.non_null())))
    };
    Ok(match &made.kind {
        ExprKind::Field(of, name) => return field(of, name),
        ExprKind::Unary(UnaryOp::Not, of) => {
            bool_wanted(of, "`not`")?;
            Type::Bool
        }
        ExprKind::Unary(UnaryOp::Negate, of) => {
            if !of.ty.is_numeric() && !is(of, &Type::Duration) {
                return Err(refused(format!("`-` has no meaning for {}, which is {}", shown(of), of.ty.non_null())));
            }
            of.ty.clone()
        }
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            let by = format!("`{}`", op.symbol());
            bool_wanted(left, &by)?;
            bool_wanted(right, &by)?;
            Type::Bool
        }
        ExprKind::Binary(BinaryOp::Coalesce, left, right) => return one_of("`??`", left, right),
        ExprKind::Binary(op, left, right) if op.is_comparison() => {
            if !can_be_compared(&left.ty, &right.ty) {
                return Err(of_both(&format!("`{}`", op.symbol()), left, right));
            }
            Type::Bool
        }
        ExprKind::Binary(op, left, right) => computed(*op, left.ty.non_null(), right.ty.non_null())
            .ok_or_else(|| of_both(&format!("`{}`", op.symbol()), left, right))?,
        ExprKind::In(item, among) => {
            let of = match among.ty.non_null() {
                Type::List(of) | Type::Range(of) => of,
                Type::Unknown | Type::Null => return Ok(Type::Bool.nullable()),
                other => return Err(refused(format!("`in` wants a list, and {} is {other}", shown(among)))),
            };
            if !can_be_compared(&item.ty, of) {
                let (ty, of) = (item.ty.non_null(), of.non_null());
                return Err(refused(format!("{} is {ty}, and is looked for among values that are {of}", shown(item))));
            }
            Type::Bool
        }
        ExprKind::IsNull(_) => return Ok(Type::Bool),
        ExprKind::If(condition, yes, no) => {
            bool_wanted(condition, "`if`")?;
            return one_of("`if`", yes, no);
        }
        ExprKind::List(items) => {
            let mut of = Type::Null;
            for item in items {
                of = in_common(&of, &item.ty).ok_or_else(|| of_both("a list", &items[0], item))?;
            }
            Type::List(Arc::new(of))
        }
        ExprKind::Struct(fields) => {
            let columns = fields.iter().map(|field| gml_ir::Column::new(field.name.clone(), field.expr.ty.clone()));
            return Ok(Type::Struct(Arc::new(gml_ir::Row::of(columns.collect()))));
        }
        ExprKind::Cast(of) => of.ty.clone(),
        ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Input(_) | ExprKind::Call { .. } => made.ty.clone(),
    }
    .nullable())
}

fn field(of: &Expr, name: &str) -> Result<Type, Fault> {
    match of.ty.non_null() {
        Type::Struct(row) | Type::Record(row) => match row.get(name) {
            Some(column) => Ok(column.ty.clone().nullable()),
            None if row.open => Ok(Type::Unknown),
            None => {
                let names: Vec<&str> = row.names().map(|name| &**name).collect();
                Err(gml_connect::no_column(name, &names).detail(format!("it is read of {}", shown(of))))
            }
        },
        Type::Unknown | Type::Null | Type::Named(_) => Ok(Type::Unknown),
        other => Err(refused(format!("`.{name}` is read of {}, which is {other} and no struct", shown(of)))),
    }
}

/// The type of a value that is one of two.
fn one_of(what: &str, a: &Expr, b: &Expr) -> Result<Type, Fault> {
    in_common(&a.ty, &b.ty).map(Type::nullable).ok_or_else(|| of_both(what, a, b))
}

fn in_common(a: &Type, b: &Type) -> Option<Type> {
    let (a, b) = (a.non_null(), b.non_null());
    if a == b {
        return Some(a.clone());
    }
    match (dtype(a), dtype(b)) {
        (Some(one), Some(other)) => common(&one, &other).map(|dtype| type_of(&dtype)),
        _ => Some(Type::Unknown),
    }
}

fn can_be_compared(a: &Type, b: &Type) -> bool {
    let (a, b) = (a.non_null(), b.non_null());
    let says_nothing = |ty: &Type| matches!(ty, Type::Unknown | Type::Null);
    says_nothing(a)
        || says_nothing(b)
        || (a.is_numeric() && b.is_numeric())
        || (a.is_text() && b.is_text())
        || in_common(a, b).is_some_and(|_| !a.is_numeric() && !b.is_numeric())
}

/// The type of an arithmetic operation; nothing where it has no meaning.
fn computed(op: BinaryOp, a: &Type, b: &Type) -> Option<Type> {
    use BinaryOp as Op;
    if matches!(a, Type::Null) || matches!(b, Type::Null) {
        return Some(Type::Null);
    }
    if matches!(a, Type::Unknown) || matches!(b, Type::Unknown) {
        return Some(Type::Unknown);
    }
    if a.is_numeric() && b.is_numeric() {
        let is_decimal = |ty: &Type| matches!(ty, Type::Decimal { .. });
        return match op {
            Op::Divide | Op::Power => Some(Type::Float),
            _ => match in_common(a, b)? {
                // How many digits it has is for the engine to say.
                ty if is_decimal(&ty) => Some(Type::Unknown),
                ty => Some(ty),
            },
        };
    }
    op.of_texts_and_times(a, b)
}

/// What a parameter takes, beyond what polars itself refuses.
#[derive(Clone, Copy)]
enum Class {
    Bool,
    Number,
    Measure,
    Text,
    Dated,
    Duration,
    List,
}

impl Class {
    /// That of a parameter of the standard library; nothing where it takes anything.
    fn of(function: &str, param: &str) -> Option<Self> {
        Some(match (function, param) {
            (_, "where" | "condition") | ("as_int", "x") => Self::Bool,
            ("sum" | "median" | "quantile" | "std" | "variance" | "difference", "values") | (_, "x") => Self::Number,
            ("mean", "values") => Self::Measure,
            (_, "text") => Self::Text,
            (_, "moment" | "later" | "earlier") => Self::Dated,
            ("in_days" | "in_hours" | "in_minutes" | "in_seconds", "length") => Self::Duration,
            (_, "items") => Self::List,
            _ => return None,
        })
    }

    fn has(self, ty: &Type) -> bool {
        let ty = ty.non_null();
        matches!(ty, Type::Unknown | Type::Null)
            || match self {
                Self::Bool => *ty == Type::Bool,
                Self::Number => ty.is_numeric(),
                Self::Measure => ty.is_numeric() || matches!(ty, Type::Duration | Type::Vector(_)),
                Self::Text => ty.is_text(),
                Self::Dated => matches!(ty, Type::Date | Type::Timestamp),
                Self::Duration => *ty == Type::Duration,
                Self::List => matches!(ty, Type::List(_) | Type::Vector(_)),
            }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::Measure => "a number, a duration or a vector",
            Self::Text => "a text",
            Self::Dated => "a date or a timestamp",
            Self::Duration => "a duration",
            Self::List => "a list",
        }
    }
}

fn call(expr: &Expr, function: &str, args: &[(Arc<str>, Expr)], columns: &Schema) -> Result<Expr, Fault> {
    let mut made: Vec<(Arc<str>, Expr)> = Vec::with_capacity(args.len());
    // What is asked of items has the fields of the items as its columns.
    let mut items: Option<Schema> = None;
    let mut uses_new = expr.ty == Type::Unknown;
    for (name, arg) in args {
        uses_new |= arg.ty == Type::Unknown;
        let of_items =
            matches!(function, "find" | "where_items" | "each" | "any_item" | "all_items") && &**name != "items";
        let resolved = match &items {
            Some(items) if of_items => resolved(arg, items)?,
            // Nothing is known of what the list holds.
            None if of_items => arg.clone(),
            _ => resolved(arg, columns)?,
        };
        if arg.ty == Type::Unknown
            && let Some(class) = Class::of(function, name)
            && !class.has(&resolved.ty)
        {
            let (what, is) = (shown(&resolved), resolved.ty.non_null());
            return Err(refused(format!("`{function}` wants {}, and {what} is {is}", class.in_words())));
        }
        if &**name == "items" {
            items = columns_of_items(&resolved.ty);
        }
        made.push((name.clone(), resolved));
    }
    let mut made = Expr { kind: ExprKind::Call { function: function.into(), args: made }, ty: expr.ty.clone() };
    if !uses_new {
        return Ok(made);
    }
    let ty = if is_aggregate(function) || is_window(function) {
        of_several_rows(function, &made)
    } else {
        tried(function, &made, columns)?
    };
    if made.ty == Type::Unknown {
        made.ty = ty;
    }
    Ok(made)
}

fn columns_of_items(list: &Type) -> Option<Schema> {
    let Type::List(item) = list.non_null() else { return None };
    match item.non_null() {
        Type::Struct(row) => {
            let fields = row.columns.iter().map(|field| Some(((&*field.name).into(), dtype(&field.ty)?)));
            fields.collect()
        }
        item => Some([("item".into(), dtype(item)?)].into_iter().collect()),
    }
}

/// The type of an aggregate or a window function.
fn of_several_rows(function: &str, call: &Expr) -> Type {
    let ExprKind::Call { args, .. } = &call.kind else { return Type::Unknown };
    let Some((_, values)) = args.iter().find(|(name, _)| &**name == "values") else { return Type::Unknown };
    let ty = values.ty.non_null();
    match (function, ty) {
        (_, Type::Unknown | Type::Null) => Type::Unknown,
        ("min" | "max" | "first" | "last" | "mode" | "dataset_min" | "dataset_max", _)
        | ("lag" | "lead" | "last_known", _)
        | ("mean", Type::Duration | Type::Vector(_)) => ty.clone().nullable(),
        ("mean", _) => Type::Float.nullable(),
        ("sum" | "difference", Type::Int(_)) => Type::INT.nullable(),
        ("sum" | "difference", Type::Float | Type::Float32) => ty.clone().nullable(),
        ("collect", _) => Type::List(Arc::new(ty.clone())).nullable(),
        _ => Type::Unknown,
    }
}

/// What a function of a row gives, tried with no rows.
fn tried(function: &str, call: &Expr, columns: &Schema) -> Result<Type, Fault> {
    // What is wrong with a constant among the arguments is told where the step is run.
    let Ok(value) = translate(call) else { return Ok(Type::Unknown) };
    let none = DataFrame::empty_with_schema(columns);
    match collect(none.lazy().select([value.alias("value")])) {
        Ok(made) => Ok(made.columns().first().map_or(Type::Unknown, |column| type_of(column.dtype()).nullable())),
        Err(fault) if fault.code == "GML0999" => {
            let ExprKind::Call { args, .. } = &call.kind else { return Err(fault) };
            let given = args.iter().filter(|(_, arg)| !matches!(arg.kind, ExprKind::Literal(_)));
            let given: Vec<String> =
                given.map(|(_, arg)| format!("{}, which is {}", shown(arg), arg.ty.non_null())).collect();
            Err(refused(format!("`{function}` has no meaning for {}", given.join(", and "))))
        }
        Err(_) => Ok(Type::Unknown),
    }
}

fn of_both(what: &str, left: &Expr, right: &Expr) -> Fault {
    let (a, b) = (left.ty.non_null(), right.ty.non_null());
    refused(format!("{what} has no meaning for {}, which is {a}, and {}, which is {b}", shown(left), shown(right)))
}

/// An expression as a reader finds it in the program, where it is short.
fn shown(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Column(name) => format!("`.{name}`"),
        ExprKind::Literal(value) => format!("`{value}`"),
        ExprKind::Field(of, name) => match shown(of).strip_suffix('`') {
            Some(of) => format!("{of}.{name}`"),
            None => format!("`.{name}` of a value"),
        },
        ExprKind::Call { function, .. } => format!("what `{function}` gives"),
        ExprKind::Cast(of) => shown(of),
        _ => "a value".to_owned(),
    }
}

//! Building expressions and tables, and showing results.

use std::sync::{Arc, LazyLock};

use gml_connect::Fault;
use gml_ir::{BinaryOp, Column, Expr, ExprKind, NamedExpr, OrderKey, Row, Type, Value};

use crate::expr::{table_literal, type_of, values};
use crate::frame::collect;
use crate::{Call, Context, Data, Input, Table, operator};

/// What becomes a constant.
pub(crate) trait Constant {
    fn value(self) -> Value;
}

impl Constant for Value {
    fn value(self) -> Value {
        self
    }
}

impl Constant for i64 {
    fn value(self) -> Value {
        Value::Int(self)
    }
}

impl Constant for f64 {
    fn value(self) -> Value {
        Value::Float(self)
    }
}

impl Constant for bool {
    fn value(self) -> Value {
        Value::Bool(self)
    }
}

impl Constant for &str {
    fn value(self) -> Value {
        Value::Str(self.into())
    }
}

impl Constant for () {
    fn value(self) -> Value {
        Value::Null
    }
}

/// Cells: `rows![[1, "a"], [2, ()]]`.
macro_rules! rows {
    ($([$($cell:expr),* $(,)?]),* $(,)?) => {
        vec![$(vec![$($crate::tests::kit::Constant::value($cell)),*]),*]
    };
}
pub(crate) use rows;

pub(crate) use gml_ir::DAY;

pub(crate) fn day(days: i64) -> Value {
    Value::Date(i32::try_from(days).unwrap())
}

pub(crate) fn at(hours: i64) -> Value {
    Value::Timestamp(hours * 3_600_000_000)
}

pub(crate) fn hours(hours: i64) -> Value {
    Value::Duration(hours * 3_600_000_000)
}

pub(crate) fn list(items: Vec<Value>) -> Value {
    Value::List(items)
}

pub(crate) fn record(fields: &[(&str, Value)]) -> Value {
    Value::Record(fields.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect())
}

pub(crate) fn opt(ty: Type) -> Type {
    ty.nullable()
}

pub(crate) fn list_of(item: Type) -> Type {
    Type::List(Arc::new(item))
}

pub(crate) fn row_of(columns: &[(&str, Type)]) -> Row {
    Row::of(columns.iter().map(|(name, ty)| Column::new(*name, ty.clone())).collect())
}

pub(crate) fn struct_of(fields: &[(&str, Type)]) -> Type {
    Type::Struct(Arc::new(row_of(fields)))
}

pub(crate) fn table(columns: &[(&str, Type)], cells: Vec<Vec<Value>>) -> Table {
    let row = row_of(columns);
    let frame = table_literal(&row, &cells).unwrap();
    let Type::Table(ty) = Type::table(row) else { unreachable!() };
    Table { frame, ty }
}

pub(crate) fn c(name: &str, ty: Type) -> Expr {
    Expr { kind: ExprKind::Column(name.into()), ty }
}

pub(crate) fn k(value: impl Constant) -> Expr {
    let value = value.value();
    let ty = match &value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::INT,
        Value::Float(_) => Type::Float,
        Value::Date(_) => Type::Date,
        Value::Timestamp(_) => Type::Timestamp,
        Value::Duration(_) => Type::Duration,
        Value::Range { start, .. } => Type::Range(Arc::new(k((**start).clone()).ty)),
        Value::List(items) => list_of(items.first().map_or(Type::Null, |item| k(item.clone()).ty)),
        _ => Type::Str,
    };
    Expr { kind: ExprKind::Literal(value), ty }
}

pub(crate) fn op(op: BinaryOp, left: Expr, right: Expr, ty: Type) -> Expr {
    Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty }
}

pub(crate) fn eq(left: Expr, right: Expr) -> Expr {
    op(BinaryOp::Equal, left, right, Type::Bool)
}

pub(crate) fn f(function: &str, args: &[(&str, Expr)], ty: Type) -> Expr {
    let args = args.iter().map(|(name, arg)| (Arc::from(*name), arg.clone())).collect();
    Expr { kind: ExprKind::Call { function: function.into(), args }, ty }
}

pub(crate) fn named(columns: Vec<(&str, Expr)>) -> Input {
    Input::Columns(columns.into_iter().map(|(name, expr)| NamedExpr { name: name.into(), expr }).collect())
}

/// `[.a, .b]`; the types do not matter to keys.
pub(crate) fn keys(names: &[&str]) -> Input {
    named(names.iter().map(|name| (*name, c(name, Type::Unknown))).collect())
}

pub(crate) fn order(keys: Vec<(Expr, bool)>) -> Input {
    Input::Order(keys.into_iter().map(|(expr, descending)| OrderKey { expr, descending }).collect())
}

pub(crate) fn input(table: &Table) -> Input {
    Input::Data(Data::Table(table.clone()))
}

pub(crate) fn constant(value: impl Constant) -> Input {
    Input::Const(value.value())
}

static CONTEXT: LazyLock<Context> = LazyLock::new(|| Context::new(2, "/nowhere"));

/// Calls an operator whose result's row is not known.
pub(crate) fn call(module: &str, name: &str, args: Vec<(&str, Input)>) -> Result<Data, Fault> {
    call_as(module, name, args, &Type::table(Row { open: true, ..Row::default() }))
}

pub(crate) fn call_as(module: &str, name: &str, args: Vec<(&str, Input)>, result: &Type) -> Result<Data, Fault> {
    let args = args.into_iter().map(|(name, arg)| (Arc::from(name), arg)).collect();
    operator(module, name).unwrap()(Call { operator: name, args, result, context: &CONTEXT })
}

/// Calls an implementation that is no operator by itself.
pub(crate) fn call_of<T>(
    implementation: impl Fn(Call<'_>) -> Result<T, Fault>,
    name: &str,
    args: Vec<(&str, Input)>,
) -> Result<T, Fault> {
    let args = args.into_iter().map(|(name, arg)| (Arc::from(name), arg)).collect();
    let result = Type::table(Row { open: true, ..Row::default() });
    implementation(Call { operator: name, args, result: &result, context: &CONTEXT })
}

/// Calls an operator of `std.table` and shows the result, a line a row.
pub(crate) fn run(name: &str, args: Vec<(&str, Input)>) -> String {
    show(&call("std.table", name, args).unwrap())
}

/// The fault of a call, whether it comes at once or when the query runs.
pub(crate) fn fails(module: &str, name: &str, args: Vec<(&str, Input)>) -> Fault {
    match call(module, name, args) {
        Err(fault) => fault,
        Ok(Data::Table(table)) => collect(table.frame).unwrap_err(),
        Ok(_) => panic!("{name} gave a value"),
    }
}

/// Column names, then a line a row.
pub(crate) fn show(data: &Data) -> String {
    let Data::Table(table) = data else { panic!("no table") };
    let frame = collect(table.frame.clone()).unwrap();
    let declared = crate::frame::schema(&table.frame).unwrap();
    assert_eq!(*declared, **frame.schema(), "what the query says of its columns");
    let names: Vec<&str> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
    let columns: Vec<Vec<Value>> = frame
        .columns()
        .iter()
        .map(|column| values(column.as_materialized_series(), &type_of(column.dtype())).unwrap())
        .collect();
    let mut lines = vec![names.join(" ")];
    for row in 0..frame.height() {
        let cells: Vec<String> = columns.iter().map(|column| column[row].to_string()).collect();
        lines.push(cells.join(" "));
    }
    lines.join("\n")
}

/// The values of an expression over the rows of a table, with spaces between them.
pub(crate) fn eval(table: &Table, expr: Expr) -> String {
    let shown = run("select", vec![("input", input(table)), ("columns", named(vec![("x", expr)]))]);
    shown.lines().skip(1).collect::<Vec<_>>().join(" ")
}

/// The value of an expression without columns.
pub(crate) fn constant_of(expr: &Expr) -> String {
    crate::expr::compute(&[], expr).unwrap().to_string()
}

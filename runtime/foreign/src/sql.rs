//! Nodes in SQL: the query over the tables of the node, by polars.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Row, TableType, Value};
use gml_operators::{Data, Table};
use polars::prelude::*;
use polars::sql::SQLContext;
use sqlparser::ast::{Expr as SqlExpr, Statement, Value as SqlValue, visit_expressions_mut};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserOptions};

use crate::{code, held};

/// Asks polars, before any step runs, whether it can run the query, and holds the columns that it would give against those
/// that are declared. Where the columns of a table are not all known, nothing can be said.
///
/// # Errors
/// Where polars cannot run it, or columns and types are others.
pub(crate) fn foresee(
    text: &str,
    tables: &[(Arc<str>, &TableType)],
    values: &[(Arc<str>, Option<Value>)],
    result: &TableType,
) -> Result<(), Fault> {
    let empty = |row: &Row| -> Option<LazyFrame> {
        let fields = (!row.open).then(|| gml_connect::dtype::fields(row))??;
        Some(DataFrame::empty_with_schema(&Schema::from_iter(fields)).lazy())
    };
    let mut frames = Vec::with_capacity(tables.len());
    for (name, ty) in tables {
        let Some(frame) = empty(&ty.row) else { return Ok(()) };
        frames.push((name.clone(), frame));
    }
    // A value that a step computes is not there yet: any will do to ask for types.
    let values: Vec<(Arc<str>, Value)> =
        values.iter().map(|(name, value)| (name.clone(), value.clone().unwrap_or(Value::Null))).collect();
    let mut query = query(text, frames, &values)?;
    let schema = asked(|| query.collect_schema())?;
    held::columns(&schema, &result.row, "the query")
}

/// Runs the query of a node.
///
/// # Errors
/// Where polars cannot run it, or gives something other than the node declares.
pub(crate) fn run(text: &str, args: Vec<(Arc<str>, Data)>, result: &TableType) -> Result<Table, Fault> {
    let (mut tables, mut values) = (Vec::new(), Vec::new());
    for (name, data) in args {
        match data {
            Data::Table(table) => tables.push((name, table.frame)),
            Data::Value(value) => values.push((name, value)),
            _ => {
                let message = format!("the argument {name} is neither a table nor a single value");
                return Err(Fault::new(code::INTERNAL_ERROR, message));
            }
        }
    }
    let query = query(text, tables, &values)?;
    let frame = gml_connect::collect(query).map_err(|fault| refused_later(&fault))?;
    let frame = held::table(&frame, &result.row, "the query")?;
    Ok(Table { frame: frame.lazy(), ty: result.clone() })
}

/// The query as one of polars.
fn query(text: &str, tables: Vec<(Arc<str>, LazyFrame)>, values: &[(Arc<str>, Value)]) -> Result<LazyFrame, Fault> {
    // What polars thinks of its own future is nothing that a program could mend.
    polars::error::set_warning_function(|_, _| {});
    let text = bound(text, values)?;
    let mut context = SQLContext::new();
    for (name, frame) in tables {
        context.register(&name, frame);
    }
    let query = asked(|| context.execute(&text))?;
    Ok(LazyFrame::from(ordered(query.logical_plan)))
}

/// Asks polars for something that depends on what the query says.
fn asked<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, Fault> {
    let answer = catch_unwind(AssertUnwindSafe(work));
    let said = match answer {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it broke down").to_owned()
        }
    };
    Err(refused(&said))
}

fn refused(said: &str) -> Fault {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("no reason was given");
    let fault = Fault::new(code::SQL_REFUSED, format!("the query cannot be run: {first}"))
        .help("write it in another way: queries are run by polars");
    lines.take(3).fold(fault, Fault::detail)
}

/// What went wrong in a query that was planned: a value that does not fit, say.
fn refused_later(fault: &Fault) -> Fault {
    if fault.code == code::INTERNAL_ERROR { refused(&fault.message) } else { fault.clone() }
}

/// The text with the values of the node where it names them (`:name`). They are put into the tree of the query, so that no
/// value is ever read as a part of it.
fn bound(text: &str, values: &[(Arc<str>, Value)]) -> Result<String, Fault> {
    if values.is_empty() {
        return Ok(text.to_owned());
    }
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    let parsed = Parser::new(&GenericDialect {}).with_options(options).try_with_sql(text);
    let mut statements: Vec<Statement> =
        parsed.and_then(|mut parser| parser.parse_statements()).map_err(|error| refused(&error.to_string()))?;
    let result = visit_expressions_mut(&mut statements, |expr| {
        let SqlExpr::Value(value) = expr else { return ControlFlow::Continue(()) };
        let SqlValue::Placeholder(placeholder) = &value.value else { return ControlFlow::Continue(()) };
        let name = placeholder.trim_start_matches(':');
        let Some((_, value)) = values.iter().find(|(known, _)| **known == *name) else {
            return ControlFlow::Break(Fault::new(code::SQL_REFUSED, format!("the node has no argument {name}")));
        };
        match literal(value) {
            Some(literal) => {
                *expr = literal;
                ControlFlow::Continue(())
            }
            None => {
                let message = format!("the value {value} of {name} cannot stand in a query");
                ControlFlow::Break(Fault::new(code::SQL_REFUSED, message))
            }
        }
    });
    match result {
        ControlFlow::Break(fault) => Err(fault),
        ControlFlow::Continue(()) => Ok(statements.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
    }
}

/// A value as SQL has it.
fn literal(value: &Value) -> Option<SqlExpr> {
    let plain = |value: SqlValue| Some(SqlExpr::Value(value.into()));
    // Numbers since 1970: no text has to be read as a date.
    let typed = |text: String| Parser::new(&GenericDialect {}).try_with_sql(&text).ok()?.parse_expr().ok();
    match value {
        Value::Null => plain(SqlValue::Null),
        Value::Bool(truth) => plain(SqlValue::Boolean(*truth)),
        Value::Int(number) => plain(SqlValue::Number(number.to_string(), false)),
        Value::Float(number) if number.is_finite() => plain(SqlValue::Number(format!("{number:?}"), false)),
        Value::Decimal(number) => {
            typed(format!("cast('{number}' as decimal({}, {}))", number.digits(), number.scale()))
        }
        // A quote within is doubled when the query is written out.
        Value::Str(text) => plain(SqlValue::SingleQuotedString(text.to_string())),
        Value::Date(days) => typed(format!("cast({days} as date)")),
        Value::Timestamp(micros) => typed(format!("cast({micros} as timestamp(6))")),
        _ => None,
    }
}

/// The plan with everything in it that may put rows in any order told to keep theirs: the same query gives the same bytes.
fn ordered(plan: DslPlan) -> DslPlan {
    let inner = |plan: Arc<DslPlan>| Arc::new(ordered(Arc::unwrap_or_clone(plan)));
    match plan {
        // What polars has made of a part so far is made again.
        DslPlan::IR { dsl, .. } => ordered(Arc::unwrap_or_clone(dsl)),
        DslPlan::Filter { input, predicate } => DslPlan::Filter { input: inner(input), predicate },
        DslPlan::Cache { input, id } => DslPlan::Cache { input: inner(input), id },
        DslPlan::Select { expr, input, options } => DslPlan::Select { expr, input: inner(input), options },
        DslPlan::GroupBy { input, keys, predicates, aggs, options, apply, .. } => {
            DslPlan::GroupBy { input: inner(input), keys, predicates, aggs, maintain_order: true, options, apply }
        }
        DslPlan::Join { input_left, input_right, left_on, right_on, predicates, mut options } => {
            let changed = Arc::make_mut(&mut options);
            changed.args.maintain_order = match changed.args.how {
                JoinType::Right => MaintainOrderJoin::RightLeft,
                _ => MaintainOrderJoin::LeftRight,
            };
            let (input_left, input_right) = (inner(input_left), inner(input_right));
            DslPlan::Join { input_left, input_right, left_on, right_on, predicates, options }
        }
        DslPlan::HStack { input, exprs, options } => DslPlan::HStack { input: inner(input), exprs, options },
        DslPlan::Distinct { input, mut options } => {
            options.maintain_order = true;
            if options.keep_strategy == UniqueKeepStrategy::Any {
                options.keep_strategy = UniqueKeepStrategy::First;
            }
            DslPlan::Distinct { input: inner(input), options }
        }
        DslPlan::Sort { input, by_column, slice, mut sort_options } => {
            sort_options.maintain_order = true;
            DslPlan::Sort { input: inner(input), by_column, slice, sort_options }
        }
        DslPlan::Slice { input, offset, len } => DslPlan::Slice { input: inner(input), offset, len },
        DslPlan::MapFunction { input, function } => DslPlan::MapFunction { input: inner(input), function },
        DslPlan::Union { inputs, mut args } => {
            args.maintain_order = true;
            DslPlan::Union { inputs: inputs.into_iter().map(ordered).collect(), args }
        }
        DslPlan::HConcat { inputs, options } => {
            DslPlan::HConcat { inputs: inputs.into_iter().map(ordered).collect(), options }
        }
        DslPlan::ExtContext { input, contexts } => {
            DslPlan::ExtContext { input: inner(input), contexts: contexts.into_iter().map(ordered).collect() }
        }
        other => other,
    }
}

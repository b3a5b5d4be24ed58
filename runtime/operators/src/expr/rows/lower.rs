//! Row expressions of an operator, each as polars has it or as a program. What programs of one operator have in common is
//! computed once.

use std::sync::Arc;

use gml_codegen::rows::{Kernel, Op, Program};
use gml_connect::Fault;
use gml_ir::{Expr, NamedExpr};
use polars::prelude as pl;
use polars::prelude::col;

use super::super::translate;
use super::builder::{Builder, Reason, Value, can_fail, output};
use super::cost;
use super::kernel::{Ready, field};
use super::settings::{Expressions, RowBackend};
use crate::data::Context;
use crate::frame::TEMPORARY;

/// Expressions of a program: another one is begun for more.
const MOST: usize = 64;

/// Row expressions as polars expressions.
pub(crate) struct Lowered {
    /// What is computed first, as temporary columns: programs that give several columns.
    pub(crate) before: Vec<pl::Expr>,
    /// The columns under their names, over the table with those temporary columns.
    pub(crate) columns: Vec<(String, pl::Expr)>,
    /// The names of the temporary columns.
    pub(crate) temporaries: Vec<String>,
}

/// The columns of an operator.
///
/// # Errors
/// Where an expression holds something that has no meaning for the columns of a table.
pub(crate) fn columns(columns: &[NamedExpr], context: &Context) -> Result<Lowered, Fault> {
    let exprs: Vec<&Expr> = columns.iter().map(|column| &column.expr).collect();
    let mut lowered = Lowered { before: Vec::new(), columns: Vec::new(), temporaries: Vec::new() };
    let mut native: Vec<Option<pl::Expr>> = vec![None; exprs.len()];
    for group in groups(&choices(&exprs, &context.expressions)) {
        let of_group: Vec<&Expr> = group.iter().map(|place| exprs[*place]).collect();
        let Some(ready) = ready(&of_group, context) else { continue };
        if let [only] = group.as_slice() {
            native[*only] = Some(ready.expression());
            continue;
        }
        let name = format!("{TEMPORARY}rows_{}", lowered.before.len());
        lowered.before.push(ready.expression().alias(name.as_str()));
        for (output, place) in group.iter().enumerate() {
            native[*place] = Some(col(name.as_str()).struct_().field_by_name(&field(output)));
        }
        lowered.temporaries.push(name);
    }
    for (column, native) in columns.iter().zip(native) {
        let value = native.map_or_else(|| translate(&column.expr), Ok)?;
        lowered.columns.push((column.name.to_string(), value));
    }
    Ok(lowered)
}

/// The condition of an operator.
///
/// # Errors
/// Those of [`columns`].
pub(crate) fn condition(expr: &Expr, context: &Context) -> Result<pl::Expr, Fault> {
    let choice = choose(expr, &context.expressions);
    let native = if matches!(choice, Choice::Native { .. }) { ready(&[expr], context) } else { None };
    native.map_or_else(|| translate(expr), |ready| Ok(ready.expression()))
}

/// What computes an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    /// Nothing: it is a column or a constant as it is.
    Nothing,
    /// polars, since programs do not have what it is.
    Lacking(Reason),
    /// polars, which takes this long, or a program, in nanoseconds a row.
    Polars { polars: f64, native: f64 },
    /// A program.
    Native {
        /// What polars would take.
        polars: f64,
        /// Whether a number in it may turn out not to fit.
        can_fail: bool,
    },
}

/// What computes each of several expressions.
pub(super) fn choices(exprs: &[&Expr], expressions: &Expressions) -> Vec<Choice> {
    exprs.iter().map(|expr| choose(expr, expressions)).collect()
}

pub(super) fn choose(expr: &Expr, expressions: &Expressions) -> Choice {
    let mut builder = Builder::default();
    let value = match builder.root(expr) {
        Ok(value) => value,
        Err(reason) => return Choice::Lacking(reason),
    };
    let program = finished(builder.program, &[value]);
    if count(&program) == 0 {
        return Choice::Nothing;
    }
    let polars = cost::of_polars(expr);
    let can_fail = program.ops.iter().any(can_fail);
    let native = cost::of_program(&program, RowBackend::Interpreter);
    match expressions.backend {
        RowBackend::Polars => Choice::Polars { polars, native },
        RowBackend::Auto if native * cost::MARGIN >= polars => Choice::Polars { polars, native },
        _ => Choice::Native { polars, can_fail },
    }
}

/// Which of the native expressions are computed together. One that may fail is computed by itself: where nobody needs its
/// column it must not fail.
pub(super) fn groups(choices: &[Choice]) -> Vec<Vec<usize>> {
    let (mut together, mut groups): (Vec<usize>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    for (place, choice) in choices.iter().enumerate() {
        match choice {
            Choice::Native { can_fail: true, .. } => groups.push(vec![place]),
            Choice::Native { .. } => together.push(place),
            _ => {}
        }
    }
    together.chunks(MOST).map(<[usize]>::to_vec).chain(groups).collect()
}

/// Several expressions as one program.
pub(super) struct Fused<'a> {
    pub(super) program: Program,
    pub(super) builder: Builder<'a>,
    pub(super) values: Vec<Value>,
}

pub(super) fn fused<'a>(exprs: &[&'a Expr]) -> Option<Fused<'a>> {
    let mut builder = Builder::default();
    let values = exprs.iter().map(|expr| builder.root(expr).ok()).collect::<Option<Vec<Value>>>()?;
    let program = finished(std::mem::take(&mut builder.program), &values);
    Some(Fused { program, builder, values })
}

/// What may execute a program of the run's rows, the best first.
fn backends(program: &Program, expressions: &Expressions) -> Vec<RowBackend> {
    if expressions.backend != RowBackend::Auto {
        return vec![expressions.backend];
    }
    let rows = expressions.rows.unwrap_or(cost::ASSUMED) as f64;
    let cost =
        |backend: &RowBackend| rows * cost::of_program(program, *backend) + cost::of_compiling(program, *backend);
    let all = [RowBackend::Interpreter, RowBackend::Cranelift, RowBackend::Llvm];
    let mut there: Vec<RowBackend> = all.into_iter().filter(|backend| backend.is_there()).collect();
    there.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    there
}

/// A program that is ready, and what executes it; nothing where nothing can.
pub(super) fn prepared(program: Program, expressions: &Expressions) -> Option<(RowBackend, Arc<dyn Kernel>)> {
    let program = Arc::new(program);
    backends(&program, expressions).into_iter().find_map(|backend| {
        let kernel = expressions.kernel(backend.native()?, &program).ok()?;
        Some((backend, kernel))
    })
}

/// Expressions as one program that is ready; nothing where nothing can execute it.
fn ready(exprs: &[&Expr], context: &Context) -> Option<Ready> {
    let Fused { program, builder, values } = fused(exprs)?;
    let (_, kernel) = prepared(program, &context.expressions)?;
    let outputs = values.iter().map(|value| value.stored).collect();
    Some(Ready { kernel, sources: builder.sources, outputs, threads: context.threads })
}

/// The program with its outputs.
fn finished(mut program: Program, values: &[Value]) -> Program {
    program.outputs = values.iter().map(|value| output(*value)).collect();
    program
}

/// How many operations a program has, columns and constants aside.
pub(super) fn count(program: &Program) -> usize {
    program.ops.iter().filter(|op| !matches!(op, Op::Column(_) | Op::Constant(_))).count()
}

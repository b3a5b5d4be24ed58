//! What a plan says of row expressions, and what of the choice is part of a result's key.

use std::sync::Arc;

use gml_codegen::rows::math::Math;
use gml_codegen::trees::Machine;
use gml_ir::{Arg, Expr, ExprKind, NamedExpr, Type};

use super::cost;
use super::lower::{Choice, Fused, choices, count, fused, groups, prepared};
use super::settings::{Expressions, RowBackend};
use crate::bound::foreseen;
use crate::expr::window;

/// What is known of the row expressions of a step before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What computes them, and why, a line each.
    pub lines: Vec<String>,
}

/// What the last bits of a step's row expressions depend on: functions of vectors in native code give others than those that
/// polars calls. Nothing where polars computes all that has such functions. All native code gives the same.
pub fn computed_by(
    module: &str,
    operator: &str,
    args: &[(Arc<str>, Arg)],
    expressions: &Expressions,
) -> Option<String> {
    let columns = of_step(module, operator, args)?;
    let exprs: Vec<&Expr> = columns.iter().map(|column| &column.expr).collect();
    let choices = choices(&exprs, expressions);
    let is_inexact = |expr: &Expr| fused(&[expr]).is_some_and(|fused| cost::is_inexact(&fused.program));
    let inexact = columns
        .iter()
        .zip(&choices)
        .filter(|(column, choice)| matches!(choice, Choice::Native { .. }) && is_inexact(&column.expr));
    let inexact: Vec<&str> = inexact.map(|(column, _)| &*column.name).collect();
    (!inexact.is_empty()).then(|| {
        let routines = Math::of(Machine::detect()).routines().map(|(_, routine)| routine.name);
        format!("{} for {}", routines.join(", "), inexact.join(", "))
    })
}

/// What computes the row expressions of a step; nothing where it has none that may be programs.
pub fn told(module: &str, operator: &str, args: &[(Arc<str>, Arg)], expressions: &Expressions) -> Option<Told> {
    let columns = of_step(module, operator, args)?;
    let exprs: Vec<&Expr> = columns.iter().map(|column| &column.expr).collect();
    let mut choices = choices(&exprs, expressions);
    let mut told = Told::default();
    let mut native: Vec<OfBackend> = Vec::new();
    for group in groups(&choices) {
        let of_group: Vec<&Expr> = group.iter().map(|place| exprs[*place]).collect();
        let polars: f64 = group.iter().map(|place| taken_by_polars(&choices[*place])).sum();
        let found = fused(&of_group).and_then(|Fused { program, .. }| {
            let (backend, _) = prepared(program.clone(), expressions)?;
            Some((backend, program))
        });
        let Some((backend, program)) = found else {
            // Nothing executes it here.
            group.iter().for_each(|place| choices[*place] = Choice::Polars { polars, native: f64::INFINITY });
            continue;
        };
        let more = OfBackend {
            backend,
            expressions: group.len(),
            operations: count(&program),
            nanoseconds: cost::of_program(&program, backend),
            polars,
        };
        match native.iter_mut().find(|known| known.backend == backend) {
            Some(own) => own.add(&more),
            None => native.push(more),
        }
    }
    told.lines.extend(native.iter().map(OfBackend::line));
    told.lines.extend(by_polars(&columns, &choices, expressions));
    (!told.lines.is_empty()).then_some(told)
}

/// The row expressions of an operator that may be programs, under the names of their columns.
fn of_step(module: &str, operator: &str, args: &[(Arc<str>, Arg)]) -> Option<Vec<NamedExpr>> {
    let arg = |name: &str| args.iter().find(|(own, _)| &**own == name).map(|(_, arg)| arg);
    match (module, operator) {
        ("std.table", "filter") => match arg("condition")? {
            Arg::Expr(expr) => Some(vec![NamedExpr { name: "its condition".into(), expr: foreseen(expr) }]),
            _ => None,
        },
        ("std.table", "derive" | "select") => match arg("columns")? {
            Arg::Columns(columns) => {
                let plan = window::Plan::of(columns).ok()?;
                let column = |column: &NamedExpr| NamedExpr { expr: foreseen(&column.expr), ..column.clone() };
                plan.calls.is_empty().then(|| columns.iter().map(column).collect())
            }
            _ => None,
        },
        _ => None,
    }
}

fn taken_by_polars(choice: &Choice) -> f64 {
    match choice {
        Choice::Native { polars, .. } | Choice::Polars { polars, .. } => *polars,
        Choice::Nothing | Choice::Lacking(_) => 0.0,
    }
}

/// What one backend computes of a step.
struct OfBackend {
    backend: RowBackend,
    expressions: usize,
    operations: usize,
    nanoseconds: f64,
    polars: f64,
}

impl OfBackend {
    fn add(&mut self, more: &Self) {
        self.expressions += more.expressions;
        self.operations += more.operations;
        self.nanoseconds += more.nanoseconds;
        self.polars += more.polars;
    }

    fn line(&self) -> String {
        let Self { backend, expressions, operations, nanoseconds, polars } = self;
        let (expressions, operations) = (counted(*expressions, "expression"), counted(*operations, "operation"));
        format!(
            "native ({}): {expressions}, {operations}, about {nanoseconds:.1} ns a row against {polars:.1}",
            backend.name()
        )
    }
}

/// What stays with polars, and why.
fn by_polars(columns: &[NamedExpr], choices: &[Choice], expressions: &Expressions) -> Vec<String> {
    let (mut lines, mut cheap) = (Vec::new(), (0, 0.0, 0.0));
    let (mut lacking, mut lacks): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for (column, choice) in columns.iter().zip(choices) {
        match choice {
            Choice::Polars { polars, native } => {
                cheap = (cheap.0 + 1, cheap.1 + polars, cheap.2 + native);
            }
            Choice::Lacking(reason) if !is_plain(&column.expr) => {
                lacking.push(&column.name);
                if !lacks.contains(&reason.0.as_str()) {
                    lacks.push(&reason.0);
                }
            }
            _ => {}
        }
    }
    if let (count @ 1.., polars, native) = cheap {
        let count = counted(count, "expression");
        lines.push(if native.is_infinite() {
            format!("polars: {count}, which nothing else can execute on this machine")
        } else {
            format!("polars: {count}, about {polars:.1} ns a row against {native:.1} as native code")
        });
    }
    if !lacking.is_empty() {
        let what = match expressions.backend {
            RowBackend::Auto | RowBackend::Polars => counted(lacking.len(), "expression"),
            _ => listed(&lacking),
        };
        lines.push(format!("polars: {what}, since native code lacks {}", listed(&lacks)));
    }
    lines
}

/// Whether an expression computes nothing.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Input(_) => true,
        ExprKind::Field(of, _) | ExprKind::Cast(of) => is_plain(of),
        _ => *expr.ty.non_null() == Type::Null,
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The first of them, and how many more there are.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

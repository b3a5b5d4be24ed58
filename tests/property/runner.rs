//! Checks and runs a program, and holds what comes out against the reference.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gml_analysis::{Settings, lower};
use gml_connect::Fault;
use gml_engine::{Backend, Embedded, Loaded, RowBackend, Saved, test_with};
use gml_ir::{Dataset, Expr, TableType, Type, Value};
use gml_operators::{Call, Context, Data, Implementation, Input, Table, expr, frame};
use gml_tests::check_text;
use polars::prelude::{DataFrame, LazyFrame};

use crate::program::Program;
use crate::relation::{Column, Relation};
use crate::value::{V, close};

/// The table that the program counted last.
static COUNTED: Mutex<Option<Table>> = Mutex::new(None);

/// The built-in operators, of which `count` keeps what it counts.
#[derive(Default)]
struct Watched {
    embedded: Embedded,
}

impl Backend for Watched {
    fn operator(&self, module: &str, name: &str) -> Option<Implementation> {
        if (module, name) == ("std.table", "count") { Some(count) } else { self.embedded.operator(module, name) }
    }

    fn literal(&self, cells: &[Vec<Value>], ty: &TableType) -> Result<Table, Fault> {
        self.embedded.literal(cells, ty)
    }

    fn compute(&self, expr: &Expr, inputs: &[Value]) -> Result<Value, Fault> {
        self.embedded.compute(expr, inputs)
    }

    fn collect(&self, query: LazyFrame) -> Result<DataFrame, Fault> {
        self.embedded.collect(query)
    }

    fn load(&self, dataset: &Dataset, project: &Path, context: &Context) -> Result<Loaded, Fault> {
        self.embedded.load(dataset, project, context)
    }

    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault> {
        self.embedded.save(dataset, value, project)
    }
}

fn count(call: Call<'_>) -> Result<Data, Fault> {
    for (_, arg) in &call.args {
        if let Input::Data(Data::Table(table)) = arg {
            *COUNTED.lock().unwrap_or_else(PoisonError::into_inner) = Some(table.clone());
        }
    }
    let built_in = gml_operators::operator("std.table", "count");
    built_in.ok_or_else(|| Fault::new("GML0999", "there is no count"))?(call)
}

/// What computes row expressions.
const ROWS: [RowBackend; 3] = [RowBackend::Auto, RowBackend::Interpreter, RowBackend::Cranelift];

/// Runs the program, with all that computes row expressions, and tells where it differs from the reference.
pub fn compare(program: &Program) -> Result<(), String> {
    ROWS.into_iter().try_for_each(|rows| {
        compare_by(program, rows).map_err(|wrong| format!("row expressions by {}: {wrong}", rows.name()))
    })
}

fn compare_by(program: &Program, rows: RowBackend) -> Result<(), String> {
    let table = run(&program.text, rows)?;
    let frame = frame::collect(table.frame.clone()).map_err(|fault| format!("the result does not run: {fault}"))?;
    types(&program.result, &table.ty, &frame)?;
    let mut columns = Vec::new();
    for (column, declared) in frame.columns().iter().zip(&table.ty.row.columns) {
        let values = expr::values(column.as_materialized_series(), &declared.ty);
        columns.push(values.map_err(|fault| format!("{}: {fault}", declared.name))?);
    }
    let rows: Vec<Vec<V>> = (0..frame.height()).map(|row| columns.iter().map(|of| plain(&of[row])).collect()).collect();
    values(&program.result, &rows)
}

fn run(text: &str, rows: RowBackend) -> Result<Table, String> {
    let checked = check_text(text);
    if checked.analysis.has_errors() {
        return Err(format!("the checker refuses it:\n{}", checked.shown()));
    }
    let analysis = &checked.analysis;
    let program = lower(&analysis.package, &analysis.program, &Settings::default())
        .map_err(|wrong| format!("it cannot be lowered: {wrong:?}"))?;
    *COUNTED.lock().unwrap_or_else(PoisonError::into_inner) = None;
    for outcome in test_with(&Watched::default(), &program, None, Path::new("no-libraries"), rows) {
        if let Some(fault) = outcome.fault {
            return Err(format!("the run fails: {fault}"));
        }
    }
    let counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner).take();
    counted.ok_or_else(|| "nothing was counted".to_owned())
}

/// What the checker and the engine say of the columns against what the reference says.
fn types(expected: &Relation, ty: &TableType, frame: &DataFrame) -> Result<(), String> {
    let expected: Vec<String> =
        expected.columns.iter().map(|column: &Column| format!("{}: {}", column.name, column.type_text())).collect();
    let checked: Vec<String> = ty.row.columns.iter().map(|column| format!("{}: {}", column.name, column.ty)).collect();
    if checked != expected || ty.row.open {
        return Err(format!("the checker says   {checked:?}\nthe reference says {expected:?}"));
    }
    for (column, declared) in frame.columns().iter().zip(&ty.row.columns) {
        let expected = expr::dtype(&declared.ty);
        if column.name().as_str() != &*declared.name || expected.as_ref() != Some(column.dtype()) {
            return Err(format!("the column {column:?} is declared as {}: {}", declared.name, declared.ty));
        }
        if !matches!(declared.ty, Type::Nullable(_)) && column.null_count() > 0 {
            return Err(format!("{}: {} has nulls:\n{frame}", declared.name, declared.ty));
        }
    }
    match frame.width() == ty.row.columns.len() {
        true => Ok(()),
        false => Err(format!("the run gives {} columns, the checker says {}", frame.width(), ty.row.columns.len())),
    }
}

fn values(expected: &Relation, found: &[Vec<V>]) -> Result<(), String> {
    let equal = expected.rows.len() == found.len()
        && expected.rows.iter().zip(found).all(|(a, b)| a.iter().zip(b).all(|(a, b)| close(a, b)));
    if equal {
        return Ok(());
    }
    let shown = |rows: &[Vec<V>]| {
        let rows = rows.iter().map(|row| row.iter().map(V::text).collect::<Vec<_>>().join("  "));
        rows.collect::<Vec<_>>().join("\n")
    };
    let names: Vec<&str> = expected.columns.iter().map(|column| column.name.as_str()).collect();
    let names = names.join("  ");
    Err(format!("the run gives\n{names}\n{}\nthe reference says\n{names}\n{}", shown(found), shown(&expected.rows)))
}

fn plain(value: &Value) -> V {
    match value {
        Value::Null => V::Null,
        Value::Bool(truth) => V::Bool(*truth),
        Value::Int(number) => V::Int(*number),
        Value::Float(number) => V::Float(*number),
        Value::Decimal(number) => V::Decimal(number.units(), number.scale()),
        Value::Str(text) => V::Str(text.to_string()),
        Value::Date(days) => V::Date(*days),
        Value::List(items) => V::List(items.iter().map(plain).collect()),
        other => panic!("no program makes {other:?}"),
    }
}

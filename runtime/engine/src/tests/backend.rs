//! Operators and stores for tests: datasets in memory that are read when a query runs, and a log of what happened.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use gml_connect::{Fault, Tolerated};
use gml_ir::{BinaryOp, Dataset, Expr, ExprKind, TableType, Value};
use gml_operators::{Call, Context, Data, Implementation, Input, Metric, Table};
use polars::prelude::*;

use crate::backend::{Backend, Loaded, Saved};

type Shared<T> = Arc<Mutex<T>>;

#[derive(Clone, Default)]
pub(super) struct TestBackend {
    pub(super) store: Shared<BTreeMap<String, DataFrame>>,
    pub(super) log: Shared<Vec<String>>,
    pub(super) tolerated: Vec<Tolerated>,
}

/// How often queries of `counted` ran, by key: implementations are plain functions and capture nothing.
pub(super) static RUNS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

pub(super) fn numbers(values: &[i64]) -> DataFrame {
    df!("n" => values, "m" => values.iter().map(|value| value * 10).collect::<Vec<_>>()).unwrap()
}

impl TestBackend {
    pub(super) fn with(name: &str, values: &[i64]) -> Self {
        let backend = Self::default();
        backend.store.lock().unwrap().insert(name.into(), numbers(values));
        backend
    }

    pub(super) fn values(&self, name: &str) -> Vec<i64> {
        let store = self.store.lock().unwrap();
        store[name].column("n").unwrap().i64().unwrap().into_no_null_iter().collect()
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Backend for TestBackend {
    fn operator(&self, module: &str, name: &str) -> Option<Implementation> {
        match (module, name) {
            ("std.table", "keep") => Some(keep),
            ("std.table", "counted") => Some(counted),
            ("std.table", "both") => Some(both),
            ("std.table", "broken") => Some(broken_query),
            ("std.table", "count") => Some(count),
            ("std.learning", "judge") => Some(judge),
            ("std.learning", "split") => Some(split),
            ("std.learning", "slow") => Some(slow),
            ("std.learning", "threads") => Some(threads),
            ("std.learning", "fail") => Some(|_| Err(Fault::new("GML0921", "the learner gave up"))),
            ("std.learning", "panic") => Some(|_| panic!("index out of bounds")),
            _ => None,
        }
    }

    fn literal(&self, cells: &[Vec<Value>], ty: &TableType) -> Result<Table, Fault> {
        let values: Vec<i64> = cells.iter().map(|row| row[0].as_int().unwrap()).collect();
        Ok(Table { frame: numbers(&values).lazy(), ty: ty.clone() })
    }

    fn compute(&self, expr: &Expr, inputs: &[Value]) -> Result<Value, Fault> {
        Ok(match &expr.kind {
            ExprKind::Input(place) => inputs[*place as usize].clone(),
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (self.compute(left, inputs)?, self.compute(right, inputs)?);
                match (op, left.as_float(), right.as_float()) {
                    (BinaryOp::Equal, Some(left), Some(right)) => Value::Bool(left == right),
                    (BinaryOp::Greater, Some(left), Some(right)) => Value::Bool(left > right),
                    _ => Value::Null,
                }
            }
            other => panic!("not in these tests: {other:?}"),
        })
    }

    fn collect(&self, query: LazyFrame) -> Result<DataFrame, Fault> {
        query.collect().map_err(|error| Fault::new("GML0902", error.to_string()))
    }

    fn load(&self, dataset: &Dataset, _project: &Path, _context: &Context) -> Result<Loaded, Fault> {
        let (name, row) = (dataset.name.to_string(), dataset.row().unwrap().clone());
        let (store, log) = (self.store.clone(), self.log.clone());
        let read = move |_: DataFrame| {
            log.lock().unwrap().push(format!("read {name}"));
            Ok(store.lock().unwrap()[&name].clone())
        };
        let schema = |_: &Schema| -> PolarsResult<SchemaRef> { Ok(numbers(&[]).schema().clone()) };
        let query = DataFrame::default().lazy();
        let frame = query.map(read, AllowedOptimizations::empty(), Some(Arc::new(schema)), Some("read"));
        let ty = TableType { row: Arc::new(row), partitions: Default::default() };
        let tolerated = self.tolerated.clone();
        Ok(Loaded { data: Data::Table(Table { frame, ty }), rows: None, tolerated, notes: Vec::new() })
    }

    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault> {
        let Data::Table(table) = value else { panic!("only tables are saved in these tests") };
        let frame = self.collect(table.frame.clone())?;
        let path = project.join(format!("{}.txt", dataset.name));
        let text = format!("{:?}\n{:?}", frame.schema(), frame.column("n").unwrap().i64().unwrap().to_vec());
        std::fs::write(&path, &text).unwrap();
        self.log.lock().unwrap().push(format!("write {}", dataset.name));
        let rows = Some(frame.height() as u64);
        self.store.lock().unwrap().insert(dataset.name.to_string(), frame);
        Ok(Saved { path, rows, bytes: Some(text.len() as u64), tolerated: Vec::new(), notes: Vec::new(), is_new: true })
    }
}

fn table<'a>(call: &'a Call<'_>, name: &str) -> &'a Table {
    match call.args.iter().find(|(arg, _)| &**arg == name) {
        Some((_, Input::Data(Data::Table(table)))) => table,
        _ => panic!("no table {name}"),
    }
}

fn constant<'a>(call: &'a Call<'_>, name: &str) -> &'a Value {
    match call.args.iter().find(|(arg, _)| &**arg == name) {
        Some((_, Input::Const(value))) => value,
        _ => panic!("no constant {name}"),
    }
}

fn result(call: &Call<'_>, frame: LazyFrame) -> Result<Data, Fault> {
    Ok(Data::Table(Table { frame, ty: table(call, "input").ty.clone() }))
}

fn keep(call: Call<'_>) -> Result<Data, Fault> {
    let least = constant(&call, "least").as_int().unwrap();
    let frame = table(&call, "input").frame.clone().filter(col("n").gt_eq(lit(least)));
    result(&call, frame)
}

fn counted(call: Call<'_>) -> Result<Data, Fault> {
    let key = constant(&call, "key").as_str().unwrap().to_owned();
    let count = move |frame: DataFrame| {
        *RUNS.lock().unwrap().entry(key.clone()).or_default() += 1;
        Ok(frame)
    };
    let schema = |input: &Schema| -> PolarsResult<SchemaRef> { Ok(Arc::new(input.clone())) };
    let frame = table(&call, "input").frame.clone();
    let frame = frame.map(count, AllowedOptimizations::empty(), Some(Arc::new(schema)), Some("counted"));
    result(&call, frame)
}

fn both(call: Call<'_>) -> Result<Data, Fault> {
    let frames = [table(&call, "input").frame.clone(), table(&call, "other").frame.clone()];
    let frame = concat(frames, UnionArgs::default()).unwrap();
    result(&call, frame)
}

fn broken_query(call: Call<'_>) -> Result<Data, Fault> {
    let frame = table(&call, "input").frame.clone().filter(col("nowhere").gt_eq(lit(1)));
    result(&call, frame)
}

fn height(table: &Table) -> i64 {
    table.frame.clone().collect().unwrap().height() as i64
}

fn count(call: Call<'_>) -> Result<Data, Fault> {
    Ok(Data::Value(Value::Int(height(table(&call, "input")))))
}

fn judge(call: Call<'_>) -> Result<Data, Fault> {
    let value = height(table(&call, "input")) as f64;
    let metric = |name: &str, value| Metric { name: name.into(), partition: "test".into(), value };
    Ok(Data::Metrics(vec![metric("rows", value), metric("lost", f64::NAN)]))
}

fn split(call: Call<'_>) -> Result<Data, Fault> {
    let Data::Table(input) = result(&call, table(&call, "input").frame.clone())? else { panic!() };
    let part = |frame: LazyFrame| Data::Table(Table { frame, ty: input.ty.clone() });
    let train = part(input.frame.clone().filter(col("n").gt_eq(lit(2))));
    let test = part(input.frame.clone().filter(col("n").lt(lit(2))));
    Ok(Data::Record(vec![("train".into(), train), ("test".into(), test)]))
}

fn threads(call: Call<'_>) -> Result<Data, Fault> {
    let key = constant(&call, "key").as_str().unwrap().to_owned();
    super::resources::GIVEN.lock().unwrap().push((key, call.context.threads));
    let frame = table(&call, "input").frame.clone();
    result(&call, frame)
}

fn slow(call: Call<'_>) -> Result<Data, Fault> {
    std::thread::sleep(std::time::Duration::from_millis(100));
    let frame = table(&call, "input").frame.clone();
    result(&call, frame)
}

//! Tables, calls and the library, for tests.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use gml_connect::Fault;
use gml_ir::{Column, Expr, ExprKind, NamedExpr, Partitions, Role, Row, TableType, Type, Value};
use polars::prelude::{DataFrame, IntoLazy, df};

use crate::data::{Call, Context, Data, Implementation, Input, Metric, Table};
use crate::frame;
use crate::native::setup::{LIGHTGBM, fetch};
use crate::{learn, prep};

/// What a run allows. The library is that of `GML_LIGHTGBM`, else it is fetched as `gmlc setup` does.
pub(crate) fn context(threads: usize) -> Context {
    static LIBRARIES: OnceLock<PathBuf> = OnceLock::new();
    let libraries = LIBRARIES.get_or_init(|| match std::env::var_os("GML_LIGHTGBM") {
        Some(place) => place.into(),
        None => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/libraries");
            fetch(&LIGHTGBM, &folder, &mut |_| {}).unwrap()
        }
    });
    Context::new(threads, libraries)
}

pub(crate) fn call(name: &str, args: Vec<(&str, Input)>, threads: usize) -> Result<Data, Fault> {
    let operators = learn::OPERATORS.iter().chain(prep::OPERATORS);
    let implementation: Implementation = operators.clone().find(|operator| operator.1 == name).unwrap().2;
    let args = args.into_iter().map(|(arg, input)| (arg.into(), input)).collect();
    implementation(Call { operator: name, args, result: &Type::Unknown, context: &context(threads) })
}

pub(crate) fn table_of(data: Data) -> Table {
    if let Data::Table(table) = data { table } else { panic!("no table") }
}

pub(crate) fn rows_of(data: Data) -> DataFrame {
    frame::collect(table_of(data).frame).unwrap()
}

pub(crate) fn metrics_of(data: Data) -> Vec<Metric> {
    if let Data::Metrics(metrics) = data { metrics } else { panic!("no metrics") }
}

pub(crate) fn text(value: &str) -> Input {
    Input::Const(Value::Str(value.into()))
}

pub(crate) fn metric(name: &str) -> Value {
    Value::Symbol { name: name.into(), args: Vec::new() }
}

pub(crate) fn columns(names: &[&str]) -> Input {
    let column = |name: &&str| NamedExpr {
        name: (*name).into(),
        expr: Expr { kind: ExprKind::Column((*name).into()), ty: Type::Unknown },
    };
    Input::Columns(names.iter().map(column).collect())
}

/// A table whose columns have these roles.
pub(crate) fn table(rows: DataFrame, roles: &[(&str, Role)], partitions: Partitions) -> Table {
    let column = |name: &str| {
        let role = roles.iter().find(|(column, _)| *column == name).map(|(_, role)| *role);
        Column::new(name, Type::Unknown).with_role(role)
    };
    let row = Row::of(rows.schema().iter_names().map(|name| column(name)).collect());
    Table { frame: rows.lazy(), ty: TableType { row: Arc::new(row), partitions } }
}

/// `boosted_trees` with its defaults and what is given instead.
pub(crate) fn trees(given: &[(&'static str, Value)]) -> Result<Data, Fault> {
    call("boosted_trees", with_defaults(given), 1)
}

fn with_defaults(given: &[(&'static str, Value)]) -> Vec<(&'static str, Input)> {
    let defaults = learn::presets::tree_defaults();
    let kept = defaults.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name));
    kept.chain(given).map(|(name, value)| (*name, Input::Const(value.clone()))).collect()
}

/// The parameters that the numbers in `peers` were computed with.
pub(crate) fn small_trees(objective: &str) -> Data {
    call("boosted_trees", tree_arguments(objective), 1).unwrap()
}

/// Those of [`small_trees`].
pub(crate) fn tree_arguments(objective: &str) -> Vec<(&'static str, Input)> {
    with_defaults(&[
        ("objective", Value::Str(objective.into())),
        ("rounds", Value::Int(60)),
        ("stop_after", Value::Int(5)),
        ("learning_rate", Value::Float(0.2)),
        ("leaves", Value::Int(7)),
        ("min_rows", Value::Int(10)),
        ("row_fraction", Value::Float(0.8)),
        ("column_fraction", Value::Float(0.9)),
        ("l2", Value::Float(0.5)),
        ("seed", Value::Int(7)),
    ])
}

/// 800 rows made by a linear congruential generator: 600 to learn from, 200 to stop by. The target is that of the
/// objective.
pub(crate) fn sample(objective: &str) -> (Table, Table) {
    let mut state = 20_260_101_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut x0, mut x1, mut n, mut c, mut b, mut z, mut query) =
        (vec![], vec![], vec![], vec![], vec![], vec![], vec![]);
    for row in 0..800_i64 {
        let draw: [f64; 7] = std::array::from_fn(|_| uniform());
        let (count, letter, flag) = ((draw[2] * 10.0) as i32, (draw[3] * 6.0) as usize, draw[4] < 0.5);
        let (bonus, plus) = (if letter < 2 { 1.5 } else { 0.0 }, if flag { 0.5 } else { 0.0 });
        z.push(3.0 * draw[0] - 2.0 * draw[1] + bonus + plus + 0.1 * f64::from(count) + draw[6]);
        x0.push(draw[0]);
        x1.push((draw[5] >= 0.1).then_some(draw[1]));
        n.push(count);
        c.push(["a", "b", "c", "d", "e", "f"][letter]);
        b.push(flag);
        query.push(row % 40);
    }
    let rows = df!("id" => (0..800_i64).collect::<Vec<_>>(), "x0" => x0, "x1" => x1, "n" => n, "c" => c, "b" => b,
        "query" => query);
    let mut rows = rows.unwrap();
    let target =
        |name: &str, values| polars::prelude::Column::from(polars::prelude::Series::with_name(values, name.into()));
    let values: polars::prelude::Series = match objective {
        "binary" => z.iter().map(|z| *z > 1.8).collect(),
        "multiclass" => z
            .iter()
            .map(|z| {
                if *z < 1.2 {
                    "low"
                } else if *z < 2.4 {
                    "mid"
                } else {
                    "high"
                }
            })
            .collect::<Vec<_>>()
            .into_iter()
            .collect(),
        "regression" => z.iter().copied().collect(),
        _ => z.iter().map(|z| z.clamp(0.0, 4.0) as i64).collect(),
    };
    rows.with_column(target("y", values)).unwrap();
    let roles = [("id", Role::Id), ("query", Role::Group), ("y", Role::Target)];
    (table(rows.slice(0, 600), &roles, Partitions::TRAIN), table(rows.slice(600, 200), &roles, Partitions::VALID))
}

pub(crate) fn fit(learner: Data, train: &Table, valid: Option<&Table>, threads: usize) -> Result<Data, Fault> {
    let valid = valid.map_or(Input::Const(Value::Null), |valid| Input::Data(Data::Table(valid.clone())));
    let train = Input::Data(Data::Table(train.clone()));
    call("fit", vec![("learner", Input::Data(learner)), ("train", train), ("valid", valid)], threads)
}

pub(crate) fn predict(model: &Data, input: &Table) -> Result<Data, Fault> {
    let input = Input::Data(Data::Table(input.clone()));
    call("predict", vec![("input", input), ("model", Input::Data(model.clone()))], 1)
}

pub(crate) fn evaluate(model: &Data, on: &[&Table], metrics: Vec<Value>) -> Result<Data, Fault> {
    let on = on.iter().map(|table| Input::Data(Data::Table((*table).clone()))).collect();
    let args = vec![
        ("model", Input::Data(model.clone())),
        ("on", Input::List(on)),
        ("metrics", Input::Const(Value::List(metrics))),
    ];
    call("evaluate", args, 1)
}

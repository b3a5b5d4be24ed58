//! A model to ask.

use std::path::Path;
use std::sync::Arc;

use gml_ir::{
    Column, Contract, ContractRule, Expr, ExprKind, NamedExpr, Partitions, Role, Row, TableType, Type, Value,
};
use gml_operators::{Call, Context, Data, Input, Table, operator};
use polars::prelude::{DataFrame, DataType, IntoLazy, Series, TimeUnit, df};

use crate::Place;
use crate::model::Model;

pub(super) fn context() -> Context {
    Context::new(1, "/nowhere")
}

fn call(module: &str, name: &str, args: Vec<(&str, Input)>) -> Data {
    let implementation = operator(module, name).unwrap();
    let args = args.into_iter().map(|(name, input)| (Arc::from(name), input)).collect();
    implementation(Call { operator: name, args, result: &Type::Unknown, context: &context() }).unwrap()
}

fn columns(name: &str) -> Input {
    let expr = Expr { kind: ExprKind::Column(name.into()), ty: Type::Unknown };
    Input::Columns(vec![NamedExpr { name: name.into(), expr }])
}

fn constant(value: Value) -> Input {
    Input::Const(value)
}

/// `{ id visitor: str, age: int in 0..120, income: float?, city: enum["bonn", "graz"], member: bool, target bought: bool }`
pub(super) fn row() -> Row {
    let range = ContractRule::InRange { start: Value::Int(0), end: Value::Int(120), inclusive: true };
    let age = Contract { rule: range, text: "in 0..120".into() };
    let with_role = |name: &str, ty, role| Column::new(name, ty).with_role(role);
    Row::of(vec![
        with_role("visitor", Type::Str, Role::Id),
        Column::new("age", Type::INT).with_contracts(vec![age]),
        Column::new("income", Type::Float.nullable()),
        Column::new("city", Type::Enum(Arc::from(["bonn".into(), "graz".into()]))),
        Column::new("member", Type::Bool),
        with_role("bought", Type::Bool, Role::Target),
    ])
}

/// Rows to learn from; `shift` makes another model of them.
fn rows(shift: i64) -> DataFrame {
    let all = 0..60_i64;
    df!(
        "visitor" => all.clone().map(|n| format!("v{n}")).collect::<Vec<_>>(),
        "age" => all.clone().map(|n| n * 7 % 90).collect::<Vec<_>>(),
        "income" => all.clone().map(|n| (n % 5 > 0).then_some((n * 13 % 40) as f64 + 0.25)).collect::<Vec<_>>(),
        "city" => all.clone().map(|n| if n % 3 == 0 { "bonn" } else { "graz" }).collect::<Vec<_>>(),
        "member" => all.clone().map(|n| n % 2 == 0).collect::<Vec<_>>(),
        "bought" => all.map(|n| (n * 7 % 90 + n % 3 + shift) % 11 > 4).collect::<Vec<_>>(),
    )
    .unwrap()
}

/// Learns a model and saves it into a folder.
pub(super) fn save(folder: &Path, shift: i64) {
    let parts = vec![
        Input::Data(call(
            "std.prep",
            "impute",
            vec![("how", constant(Value::Str("mean".into()))), ("columns", columns("income"))],
        )),
        Input::Data(call("std.prep", "one_hot", vec![("columns", columns("city"))])),
        Input::Data(logistic("binary")),
    ];
    let chain = call("std.learning", "chain", vec![("parts", Input::List(parts))]);
    save_fitted(chain, rows(shift), row(), folder);
}

fn logistic(objective: &str) -> Data {
    let arguments = vec![
        ("l1", constant(Value::Float(0.0))),
        ("l2", constant(Value::Float(1.0))),
        ("positive_weight", constant(Value::Float(1.0))),
        ("iterations", constant(Value::Int(100))),
        ("tolerance", constant(Value::Float(1e-6))),
        ("objective", constant(Value::Str(objective.into()))),
    ];
    call("std.learn", "logistic", arguments)
}

fn save_fitted(learner: Data, rows: DataFrame, row: Row, folder: &Path) {
    let ty = TableType { row: Arc::new(row), partitions: Partitions::TRAIN };
    let train = Data::Table(Table { frame: rows.lazy(), ty });
    let fitted = call("std.learning", "fit", vec![("learner", Input::Data(learner)), ("train", Input::Data(train))]);
    let Data::Fitted(fitted) = fitted else { panic!("nothing was learned") };
    std::fs::create_dir_all(folder).unwrap();
    gml_operators::save(&*fitted, folder).unwrap();
}

/// The model that a learner gives for rows.
fn learned(learner: Data, rows: DataFrame, columns: Vec<Column>) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("learned");
    save_fitted(learner, rows, Row::of(columns), &place);
    Model::load(&Place::at(&place).unwrap(), &context()).unwrap()
}

/// A model that tells cities apart.
pub(super) fn of_cities() -> Model {
    let columns = vec![
        Column::new("age", Type::INT),
        Column::new("member", Type::Bool),
        Column::new("city", Type::Str).with_role(Role::Target),
    ];
    learned(logistic("multiclass"), rows(0).select(["age", "member", "city"]).unwrap(), columns)
}

/// A model with columns that are called as forms of MLflow are.
pub(super) fn of_forms() -> Model {
    let columns = vec![
        Column::new("inputs", Type::INT),
        Column::new("instances", Type::Bool),
        Column::new("bought", Type::Bool).with_role(Role::Target),
    ];
    let mut rows = rows(0).select(["age", "member", "bought"]).unwrap();
    rows.rename("age", "inputs".into()).unwrap();
    rows.rename("member", "instances".into()).unwrap();
    learned(logistic("binary"), rows, columns)
}

/// A model of when somebody was seen.
pub(super) fn of_times() -> Model {
    let parts = vec![
        Input::Data(call("std.prep", "date_parts", vec![("columns", columns("seen"))])),
        Input::Data(logistic("binary")),
    ];
    let chain = call("std.learning", "chain", vec![("parts", Input::List(parts))]);
    let columns = vec![Column::new("seen", Type::Timestamp), Column::new("bought", Type::Bool).with_role(Role::Target)];
    let mut rows = rows(0).select(["age", "bought"]).unwrap();
    let days: Series = (0..rows.height() as i64).map(|day| day * 86_400_000_000).collect();
    let days = days.cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    rows.with_column(days.with_name("seen".into()).into()).unwrap();
    learned(chain, rows.select(["seen", "bought"]).unwrap(), columns)
}

/// A model in a folder of its own.
pub(super) fn model() -> Model {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("buyer");
    save(&place, 0);
    Model::load(&Place::at(&place).unwrap(), &context()).unwrap()
}

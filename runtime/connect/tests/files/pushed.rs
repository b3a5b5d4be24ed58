//! Conditions that a database holds, against the same conditions held here.

use std::path::Path;

use gml_connect::{Bound, Condition, Reading, Verified, Wanted, files, told};
use gml_ir::{BinaryOp, Column as Declared, Connector, Dataset, Location, OnViolation, Row, Type, Value};
use polars::prelude::*;
use proptest::prelude::*;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::support::*;

const OPS: [BinaryOp; 6] = [
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
];
const TEXTS: [&str; 9] = ["", "a", "A", "a ", "ab", "ä", "Ä", "it's", "10"];
const NUMBERS: [i64; 7] = [-1, 0, 1, 2, 9_007_199_254_740_993, i64::MAX, i64::MIN];
const FLOATS: [f64; 7] = [-1e300, -0.0, 0.0, 0.1, 1.0, 1.5, 1e300];
const DAYS: [&str; 5] = ["0001-01-01", "1969-12-31", "1970-01-01", "2021-02-03", "9999-12-31"];

fn columns() -> Vec<Declared> {
    vec![
        column("id", Type::INT),
        column("n", Type::INT.nullable()),
        named("t", "the \"text\"", Type::Str.nullable()),
        column("x", Type::Float.nullable()),
        column("d", Type::Date.nullable()),
        column("b", Type::Bool.nullable()),
    ]
}

fn of_sqlite(args: Vec<(&str, &str)>, columns: Vec<Declared>) -> Dataset {
    let database = Value::Symbol { name: "sqlite".into(), args: vec![("path".into(), Value::Str("s.sqlite".into()))] };
    of(database, args, columns)
}

fn of(database: Value, args: Vec<(&str, &str)>, columns: Vec<Declared>) -> Dataset {
    let mut all = vec![("database".into(), database)];
    all.extend(args.into_iter().map(|(name, value)| (name.into(), Value::Str(value.into()))));
    let is_query = all.iter().any(|(name, _): &(Arc<str>, Value)| &**name == "sql");
    Dataset {
        name: "sales".into(),
        ty: Type::table(Row::of(columns)),
        connector: Connector { name: if is_query { "query" } else { "sql_table" }.into(), args: all },
        on_violation: OnViolation::Fail,
        location: Location::default(),
    }
}

fn table() -> Dataset {
    of_sqlite(vec![("name", "sales")], columns())
}

/// A file with such a table, in which texts are compared without regard to large letters.
fn made(folder: &Path, rows: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sql = format!(
        "create table sales (id integer, n, \"the \"\"text\"\"\" text collate nocase, x real, d text, b boolean); {rows}"
    );
    runtime.block_on(async {
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("s.sqlite")).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// A row for each combination of values that are near each other, and some with nulls.
fn all_rows() -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let mut rows = Vec::new();
    for id in 0..120_usize {
        let pick = |count: usize, step: usize| (id % step != 3).then_some(id * 7 % count);
        let or_null = |value: Option<String>| value.unwrap_or_else(|| "null".into());
        let n = or_null(pick(NUMBERS.len(), 5).map(|place| match NUMBERS[place] {
            // The smallest number cannot be written as one.
            i64::MIN => "(-9223372036854775807 - 1)".into(),
            number => number.to_string(),
        }));
        let t = or_null(pick(TEXTS.len(), 4).map(|place| quoted(TEXTS[place])));
        let x = or_null(pick(FLOATS.len(), 6).map(|place| format!("{:?}", FLOATS[place])));
        let d = or_null(pick(DAYS.len(), 7).map(|place| quoted(DAYS[place])));
        let b = or_null(pick(2, 8).map(|place| place.to_string()));
        rows.push(format!("({id}, {n}, {t}, {x}, {d}, {b})"));
    }
    format!("insert into sales values {};", rows.join(", "))
}

fn asked(dataset: &Dataset, folder: &Path, reading: &Reading) -> DataFrame {
    let verified = Verified::default();
    let scan = gml_connect::Scan::open(dataset, folder, reading, &verified).unwrap();
    let parts = (0..scan.parts()).map(|part| scan.read(part).unwrap()).collect();
    scan.finish(parts, &verified).unwrap().frame
}

fn where_(conditions: Vec<Condition>) -> Reading {
    Reading { conditions, ..Reading::everything() }
}

/// The same condition in the words of the table engine.
fn held(condition: &Condition) -> Expr {
    let all = |parts: &[Condition], with: fn(Expr, Expr) -> Expr| parts.iter().map(held).reduce(with).unwrap();
    match condition {
        Condition::All(parts) => all(parts, Expr::and),
        Condition::Any(parts) => all(parts, Expr::or),
        Condition::Null(name) => col(&**name).is_null(),
        Condition::Present(name) => col(&**name).is_not_null(),
        Condition::Compare(Bound { column, op, value }) => {
            let value = match value {
                Value::Int(number) => lit(*number),
                Value::Float(number) => lit(*number),
                Value::Str(text) => lit(text.to_string()),
                Value::Date(day) => lit(*day).cast(DataType::Date),
                Value::Bool(truth) => lit(*truth),
                other => panic!("{other}"),
            };
            let column = col(&**column);
            match op {
                BinaryOp::Equal => column.eq(value),
                BinaryOp::NotEqual => column.neq(value),
                BinaryOp::Less => column.lt(value),
                BinaryOp::LessEqual => column.lt_eq(value),
                BinaryOp::Greater => column.gt(value),
                _ => column.gt_eq(value),
            }
        }
    }
}

fn filtered(frame: &DataFrame, conditions: &[Condition]) -> DataFrame {
    let all = conditions.iter().fold(frame.clone().lazy(), |frame, condition| frame.filter(held(condition)));
    all.collect().unwrap()
}

fn bound(column: &str, op: BinaryOp, value: Value) -> Condition {
    Condition::Compare(Bound { column: column.into(), op, value })
}

fn day(text: &str) -> i32 {
    let parts: Vec<i16> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let date = jiff::civil::date(parts[0], parts[1] as i8, parts[2] as i8);
    date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days()
}

fn leaf() -> impl Strategy<Value = Condition> {
    let op = || prop::sample::select(&OPS[..]);
    prop_oneof![
        (op(), prop::sample::select(&NUMBERS[..])).prop_map(|(op, number)| bound("n", op, Value::Int(number))),
        (op(), prop::sample::select(&TEXTS[..])).prop_map(|(op, text)| bound("t", op, Value::Str(text.into()))),
        (op(), prop::sample::select(&FLOATS[..])).prop_map(|(op, number)| bound("x", op, Value::Float(number))),
        (op(), prop::sample::select(&DAYS[..])).prop_map(|(op, text)| bound("d", op, Value::Date(day(text)))),
        (prop::sample::select(&OPS[..2]), any::<bool>()).prop_map(|(op, truth)| bound("b", op, Value::Bool(truth))),
        prop::sample::select(&["n", "t", "x", "d", "b"][..]).prop_map(|name| Condition::Null(name.into())),
        prop::sample::select(&["n", "t", "x", "d", "b"][..]).prop_map(|name| Condition::Present(name.into())),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Condition::All),
            prop::collection::vec(inner, 1..4).prop_map(Condition::Any),
        ]
    })
}

#[test]
fn conditions_mean_the_same_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &all_rows());
    let (table, query) = (table(), of_sqlite(vec![("sql", "select * from sales where id >= 0")], columns()));
    let all = asked(&table, folder.path(), &Reading::everything());
    assert_eq!(all.height(), 120);
    mean_the_same(&all, &table, &query, folder.path());
}

fn mean_the_same(all: &DataFrame, table: &Dataset, query: &Dataset, folder: &Path) {
    proptest!(ProptestConfig::with_cases(300), |(conditions in prop::collection::vec(conditions(), 1..3))| {
        let due = filtered(all, &conditions);
        for dataset in [table, query] {
            // Values are of the types that are declared, so that the database leaves out all that is left out here.
            let found = asked(dataset, folder, &where_(conditions.clone()));
            prop_assert!(found.equals_missing(&due), "{conditions:?}:\n{found}\n{due}");
        }
    });
}

#[test]
fn values_of_other_types_come_here() {
    let folder = tempfile::tempdir().unwrap();
    // A number as a text, a whole float, a number as a text column, another way to write a day.
    made(
        folder.path(),
        "insert into sales values (1, '5', 'x', 1, '2021-02-03', 1), (2, 5.0, 7, 2, '2021-02-03', 0), (3, 4, 'y', 3, '2021-02-03', 1), (4, null, null, null, null, null);",
    );
    let all = asked(&table(), folder.path(), &Reading::everything());
    for conditions in [
        vec![bound("n", BinaryOp::Equal, Value::Int(5))],
        vec![bound("n", BinaryOp::NotEqual, Value::Int(5))],
        vec![bound("t", BinaryOp::Equal, Value::Str("7".into()))],
        vec![Condition::Null("n".into())],
        vec![Condition::Any(vec![bound("x", BinaryOp::Less, Value::Int(2)), Condition::Null("x".into())])],
    ] {
        let found = asked(&table(), folder.path(), &where_(conditions.clone()));
        assert!(found.height() < all.height(), "{conditions:?}: {found}");
        assert!(filtered(&found, &conditions).equals_missing(&filtered(&all, &conditions)), "{conditions:?}: {found}");
    }
}

#[test]
fn only_what_is_needed_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &all_rows());
    let said = |dataset: &Dataset, reading: &Reading| {
        let verified = Verified::default();
        files(dataset, folder.path(), reading, &verified).unwrap();
        told(dataset, reading, &verified)
    };
    let few = Reading {
        wanted: Wanted::Fields([("t".into(), Wanted::All), ("n".into(), Wanted::All)].into()),
        ..where_(vec![bound("n", BinaryOp::Greater, Value::Int(1)), bound("t", BinaryOp::Less, Value::Int(1))])
    };
    let lines = said(&table(), &few);
    let begin = "the database is asked: SELECT \"n\", \"the \"\"text\"\"\" FROM \"sales\" WHERE CASE typeof(\"n\")";
    assert!(lines[0].starts_with(begin) && !lines[0].contains("> 1"), "values stand beside it: {lines:?}");
    assert_eq!(lines[1], "filtered here, not there: .t < 1");
    let frame = asked(&table(), folder.path(), &few);
    assert_eq!(frame.get_column_names(), ["n", "t"]);

    let ordered = of_sqlite(vec![("sql", "select * from sales order by n")], columns());
    let lines = said(&ordered, &few);
    assert_eq!(lines[0], "the database is asked: the query as it is written (its rows have an order)");
    assert_eq!(asked(&ordered, folder.path(), &few).height(), 120);

    // Keys that occur once are looked for among all columns, and where others are dropped, among all rows.
    let mut unique = table();
    let Type::Table(ty) = &mut unique.ty else { panic!("it is a table") };
    Arc::make_mut(&mut ty.row).unique = vec![vec!["id".into()]];
    let lines = said(&unique, &few);
    assert!(lines[0].contains("\"b\" FROM") && lines[0].contains("WHERE"), "{lines:?}");
    unique.on_violation = OnViolation::Drop;
    assert!(!said(&unique, &few)[0].contains("WHERE"));
}

#[test]
fn an_answer_to_everything_serves_every_need() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &all_rows());
    let verified = Verified::default();
    let few = where_(vec![bound("n", BinaryOp::Equal, Value::Int(1))]);
    let one = files(&table(), folder.path(), &few, &verified).unwrap();
    let all = files(&table(), folder.path(), &Reading::everything(), &verified).unwrap();
    assert_ne!(one, all);
    assert_eq!(files(&table(), folder.path(), &few, &verified).unwrap(), one, "a run sees the same again");
    let other = where_(vec![bound("n", BinaryOp::Equal, Value::Int(2))]);
    assert_eq!(files(&table(), folder.path(), &other, &verified).unwrap(), all);
}

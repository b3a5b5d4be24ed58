use std::time::Duration;

use gml_ir::{Column as Declared, Row, TableType, Type, Value};
use gml_operators::{Data, Metric, Table};
use gml_report::{Axis, Figure, Form, Panel};
use polars::prelude::*;

use super::*;
use crate::cache::StoreSettings;

fn cache(project: &Path) -> Cache {
    Cache::open(project, "run", &StoreSettings { limit: 1 << 20, keep_above: Duration::ZERO })
}

fn again(cache: &Cache, data: &Data) -> Data {
    match cache.keep(data, Duration::MAX).unwrap() {
        Keeping::Kept(kept) => {
            assert!(kept.object().is_none_or(|object| cache.is_whole(object)));
            // As it comes back from the ledger.
            let text = serde_json::to_string(&kept).unwrap();
            cache.restore(&serde_json::from_str(&text).unwrap()).unwrap()
        }
        Keeping::Not => panic!("it is not kept"),
    }
}

/// A frame with a column of every kind that a program can have.
fn frame() -> DataFrame {
    let n = [Some(3_i64), None, Some(-1)];
    let text = [Some("b"), None, Some("a")];
    let frame = df!(
        "int" => n, "float" => [Some(0.1), None, Some(f64::NAN)], "text" => text, "truth" => [Some(true), None, Some(false)],
    )
    .unwrap();
    let categories = FrozenCategories::new(["b", "a", "c"]).unwrap();
    let cast = |name: &str, dtype: DataType| col(name).cast(dtype);
    let columns = [
        cast("int", DataType::Int8).alias("int8"),
        cast("int", DataType::UInt16).alias("uint16"),
        cast("float", DataType::Float32).alias("float32"),
        cast("int", DataType::Date).alias("date"),
        cast("int", DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))).alias("timestamp"),
        cast("int", DataType::Duration(TimeUnit::Microseconds)).alias("duration"),
        cast("int", DataType::Decimal(20, 2)).alias("decimal"),
        cast("text", DataType::from_categories(Categories::global())).alias("category"),
        cast("text", DataType::from_frozen_categories(categories)).alias("enum"),
        cast("text", DataType::Binary).alias("bytes"),
        as_struct(vec![col("int"), col("text")]).alias("struct"),
        concat_list([col("int"), col("int")]).unwrap().alias("list"),
        concat_list([col("float"), col("float")])
            .unwrap()
            .cast(DataType::Array(Box::new(DataType::Float32), 2))
            .alias("vector"),
        as_struct(vec![concat_list([col("text")]).unwrap().alias("inner")]).alias("nested"),
    ];
    // -1 is none of the unsigned numbers.
    let frame =
        frame.lazy().with_columns([when(col("int").lt(lit(0))).then(lit(7_i64)).otherwise(col("int")).alias("int")]);
    frame.with_columns(columns).collect().unwrap()
}

#[test]
fn a_table_comes_back_with_every_bit_and_every_type() {
    let project = tempfile::tempdir().unwrap();
    let cache = cache(project.path());
    for frame in [frame(), frame().slice(0, 0), frame().slice(1, 2)] {
        let row = Row::of(vec![Declared::new("int", Type::INT.nullable())]);
        let Type::Table(ty) = Type::table(row) else { unreachable!() };
        let kept = Data::Table(Table { frame: frame.clone().lazy(), ty: ty.clone() });
        let Data::Table(Table { frame: restored, ty: restored_ty }) = again(&cache, &kept) else { panic!("no table") };
        let restored = restored.collect().unwrap();
        assert_eq!(restored.schema(), frame.schema());
        assert!(restored.equals_missing(&frame), "{restored:?}\n{frame:?}");
        assert_eq!(restored_ty, ty);
    }
}

#[test]
fn values_that_json_has_not_come_back_too() {
    let project = tempfile::tempdir().unwrap();
    let cache = cache(project.path());
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.1 + 0.2];
    let metric = |value| Metric { name: "m".into(), partition: "test".into(), value };
    let record = Data::Record(vec![
        ("list".into(), Data::List(values.map(|value| Data::Value(Value::Float(value))).to_vec())),
        ("metrics".into(), Data::Metrics(values.map(metric).to_vec())),
    ]);
    let Data::Record(fields) = again(&cache, &record) else { panic!("no record") };
    let (Data::List(list), Data::Metrics(metrics)) = (&fields[0].1, &fields[1].1) else { panic!("{}", fields.len()) };
    for ((value, item), metric) in values.iter().zip(list).zip(metrics) {
        let Data::Value(Value::Float(item)) = item else { panic!("no number") };
        assert_eq!((item.to_bits(), metric.value.to_bits()), (value.to_bits(), value.to_bits()));
    }
}

#[test]
fn figures_come_back_and_what_is_no_value_is_not_kept() {
    let project = tempfile::tempdir().unwrap();
    let cache = cache(project.path());
    let panel =
        Panel::new(Axis::between("x", 0.0, 1.0, Form::Percent), Axis::names("y", vec!["a".repeat(400)]), Vec::new());
    let figure = Figure { title: "t".into(), description: "d".into(), panels: vec![panel] };
    let Data::Figure(restored) = again(&cache, &Data::Figure(figure.clone().into())) else { panic!("no figure") };
    assert_eq!(*restored, figure);
    let table = Data::Table(Table {
        frame: frame().lazy(),
        ty: TableType { row: Row::default().into(), partitions: Default::default() },
    });
    assert!(matches!(cache.keep(&Data::List(vec![table.clone()]), Duration::MAX).unwrap(), Keeping::Not));
    let small = Cache::open(project.path(), "other", &StoreSettings { limit: 10, keep_above: Duration::ZERO });
    assert!(
        matches!(small.keep(&table, Duration::MAX).unwrap(), Keeping::Not),
        "what would take half of the store is not kept"
    );
}

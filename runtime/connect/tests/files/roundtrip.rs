//! What is written reads back, by the same declaration.

use std::fs;

use gml_connect::{read, write};
use gml_ir::{Column as Declared, DAY, IntKind, Parsed, Type};
use polars::prelude::*;
use proptest::prelude::*;

use crate::support::*;

/// A column of each type with a `?`, and the types of CSV first.
fn declared() -> Vec<Declared> {
    let types = [
        Type::Bool,
        Type::Int(IntKind::I8),
        Type::INT,
        Type::Int(IntKind::U64),
        Type::Float,
        Type::Float32,
        Type::Str,
        Type::Date,
        Type::Time,
        Type::Timestamp,
        Type::Duration,
        Type::Decimal { precision: 20, scale: 3 },
        Type::Bytes,
    ];
    let mut columns: Vec<Declared> =
        types.into_iter().enumerate().map(|(place, ty)| column(&format!("c{place}"), ty.nullable())).collect();
    columns.push(parsed("day", Type::Date.nullable(), format("%d.%m.%Y")));
    columns.push(parsed("at", Type::Timestamp.nullable(), Parsed::Microseconds));
    columns.push(parsed("second", Type::Timestamp.nullable(), Parsed::Seconds));
    columns.push(named("odd", "An \"odd\", name", Type::Str.nullable()));
    columns
}

fn nested() -> Vec<Declared> {
    let item = structure(vec![
        named("key", "the key", Type::Str),
        parsed("at", Type::Date.nullable(), format("%Y%m%d")),
        column("xs", list(Type::INT.nullable())),
    ]);
    vec![column("items", list(item).nullable()), column("vector", Type::Vector(3).nullable())]
}

type Cell = (bool, i64, u64, f64, String, u8);

fn cell() -> impl Strategy<Value = Cell> {
    (any::<bool>(), any::<i64>(), any::<u64>(), any::<f64>(), "[a-z\" ,;\n\ré☃NA]{0,6}", any::<u8>())
}

/// The columns of [`declared`]; every fourth value or so is null.
fn frame(cells: &[Cell]) -> DataFrame {
    let null = |place: u8, cell: &Cell| cell.5.wrapping_add(place.wrapping_mul(37)).is_multiple_of(4);
    fn series<T>(cells: &[Cell], null: impl Fn(&Cell) -> bool, value: impl Fn(&Cell) -> T) -> Series
    where
        Series: NamedFrom<Vec<Option<T>>, [Option<T>]>,
    {
        Series::new("x".into(), cells.iter().map(|cell| (!null(cell)).then(|| value(cell))).collect::<Vec<_>>())
    }
    let integers = |place: u8, value: fn(&Cell) -> i64| series(cells, |cell| null(place, cell), value);
    let columns = vec![
        series(cells, |cell| null(0, cell), |cell| cell.0),
        integers(1, |cell| cell.1 % 128).cast(&DataType::Int8).unwrap(),
        integers(2, |cell| cell.1),
        series(cells, |cell| null(3, cell), |cell| cell.2),
        series(cells, |cell| null(4, cell), |cell| cell.3),
        series(cells, |cell| null(5, cell), |cell| cell.3 as f32),
        series(cells, |cell| null(6, cell), |cell| cell.4.clone()),
        integers(7, |cell| cell.1 % 100_000).cast(&DataType::Int32).unwrap().into_date(),
        integers(8, |cell| cell.1.rem_euclid(DAY * 1_000)).into_time(),
        integers(9, |cell| cell.1 % (100 * 365 * DAY)).into_datetime(TimeUnit::Microseconds, None),
        integers(10, |cell| cell.1).into_duration(TimeUnit::Microseconds),
        integers(11, |cell| cell.1)
            .cast(&DataType::Int128)
            .unwrap()
            .i128()
            .unwrap()
            .clone()
            .into_decimal(20, 3)
            .unwrap()
            .into_series(),
        series(cells, |cell| null(12, cell), |cell| cell.4.clone()).cast(&DataType::Binary).unwrap(),
        integers(13, |cell| cell.1 % 20_000).cast(&DataType::Int32).unwrap().into_date(),
        integers(14, |cell| cell.1 % (100 * 365 * DAY)).into_datetime(TimeUnit::Microseconds, None),
        integers(15, |cell| cell.1 % 3_000_000_000 * 1_000_000).into_datetime(TimeUnit::Microseconds, None),
        series(cells, |cell| null(16, cell), |cell| cell.4.clone()),
    ];
    let named = columns
        .into_iter()
        .zip(declared())
        .map(|(series, column)| series.with_name((&*column.name).into()).into_column());
    DataFrame::new(cells.len(), named.collect()).unwrap()
}

fn values(column: &Column) -> Vec<AnyValue<'_>> {
    (0..column.len()).map(|row| column.get(row).unwrap()).collect()
}

fn check(path: &str, columns: Vec<Declared>, frame: &DataFrame) {
    let folder = tempfile::tempdir().unwrap();
    let entry = dataset(path, columns);
    let written = write(&entry, frame.clone(), folder.path()).unwrap_or_else(|fault| panic!("{}", whole(&fault)));
    assert_eq!(written.rows, frame.height() as u64);
    assert_eq!(written.bytes, fs::metadata(&written.path).unwrap().len());
    let loaded = read(&entry, folder.path()).unwrap_or_else(|fault| {
        panic!("{}\n{}", whole(&fault), String::from_utf8_lossy(&fs::read(&written.path).unwrap()))
    });
    assert_eq!(loaded.frame.schema(), frame.schema());
    for (read, wrote) in loaded.frame.columns().iter().zip(frame.columns()) {
        assert!(read.equals_missing(wrote), "{path}: {}\n{:?}\n{:?}", wrote.name(), values(read), values(wrote));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_type_in_every_format(cells in prop::collection::vec(cell(), 0..12)) {
        let frame = frame(&cells);
        for path in ["t.csv", "t.jsonl", "t.parquet"] {
            check(path, declared(), &frame);
        }
    }
}

fn nested_frame() -> DataFrame {
    let days = Int32Chunked::from_slice_options("at".into(), &[Some(18_653), None, Some(0)]).into_series().into_date();
    let xs: ListChunked = [
        Some(Series::new("".into(), [Some(1_i64), None])),
        Some(Series::new_empty("".into(), &DataType::Int64)),
        Some(Series::new("".into(), [3_i64])),
    ]
    .into_iter()
    .collect();
    let fields = [Series::new("key".into(), ["a", "", "c\n"]), days, xs.into_series().with_name("xs".into())];
    let items = StructChunked::from_series("item".into(), 3, fields.iter()).unwrap().into_series();
    let lists: ListChunked =
        [Some(items.slice(0, 2)), None, Some(items.slice(0, 0)), Some(items.slice(2, 1))].into_iter().collect();
    let vectors: ListChunked = [
        Some(Series::new("".into(), [0.5_f32, 1.0, -2.0])),
        Some(Series::new("".into(), [0.0_f32; 3])),
        None,
        Some(Series::new("".into(), [9.0_f32; 3])),
    ]
    .into_iter()
    .collect();
    let vectors = vectors.into_series().cast(&DataType::Array(Box::new(DataType::Float32), 3)).unwrap();
    let columns = vec![
        lists.into_series().with_name("items".into()).into_column(),
        vectors.with_name("vector".into()).into_column(),
    ];
    DataFrame::new(4, columns).unwrap()
}

#[test]
fn nested_types_with_names_and_forms_of_their_own() {
    for path in ["t.jsonl", "t.parquet"] {
        check(path, nested(), &nested_frame());
    }
}

#[test]
fn lists_of_texts_in_the_cells_of_a_csv_file() {
    let folder = tempfile::tempdir().unwrap();
    let texts: ListChunked = [
        Some(Series::new("".into(), ["a", "b c"])),
        None,
        Some(Series::new_empty("".into(), &DataType::String)),
        Some(Series::new("".into(), ["", "é, \"d\""])),
    ]
    .into_iter()
    .collect();
    let texts = texts.into_series().with_name("texts".into()).into_column();
    let ids = Series::new("id".into(), [1_i64, 2, 3, 4]).into_column();
    let frame = DataFrame::new(4, vec![ids, texts]).unwrap();
    let columns = || vec![column("id", Type::INT), column("texts", list(Type::Str).nullable())];
    let entry = || dataset("t.csv", columns());
    let apart = with(entry(), "list_separator", gml_ir::Value::Str("|".into()));
    let written = write(&apart, frame.clone(), folder.path()).unwrap_or_else(|fault| panic!("{}", whole(&fault)));
    let text = fs::read_to_string(written.path).unwrap();
    assert_eq!(text, "id,texts\n1,a|b c\n2,\n3,\"\"\n4,\"|é, \"\"d\"\"\"\n");
    let loaded = read(&apart, folder.path()).unwrap_or_else(|fault| panic!("{}", whole(&fault)));
    assert!(loaded.frame.equals_missing(&frame), "{:?}", loaded.frame);
    let fault = write(&entry(), frame, folder.path()).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(whole(&fault).contains("`list_separator`"), "{}", whole(&fault));
}

#[test]
fn texts_are_stored_as_the_declaration_says() {
    let folder = tempfile::tempdir().unwrap();
    let columns = vec![
        named("day", "Order Date", Type::Date),
        column("at", Type::Timestamp),
        column("note", Type::Str.nullable()),
    ];
    let mut columns = columns;
    columns[0].parsed = Some(format("%Y%m%d"));
    let day = Int32Chunked::from_slice("day".into(), &[18_653, 18_654, 18_655]).into_series().into_date();
    let at =
        Series::new("at".into(), [0_i64, 1_500_000, 1_611_648_000_000_000]).into_datetime(TimeUnit::Microseconds, None);
    let note = Series::new("note".into(), [Some("a, \"b\""), Some(""), None]);
    let frame = DataFrame::new(3, vec![day.into_column(), at.into_column(), note.into_column()]).unwrap();
    let written = write(&dataset("deep/er/t.csv", columns), frame, folder.path()).unwrap();
    assert_eq!(
        fs::read_to_string(written.path).unwrap(),
        "Order Date,at,note\n20210126,1970-01-01T00:00:00Z,\"a, \"\"b\"\"\"\n\
         20210127,1970-01-01T00:00:01.500000Z,\"\"\n20210128,2021-01-26T08:00:00Z,\n"
    );
}

#[test]
fn what_would_not_read_back_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = Series::new("at".into(), [1_500_000_i64]).into_datetime(TimeUnit::Microseconds, None);
    let frame = DataFrame::new(1, vec![at.into_column()]).unwrap();
    for form in [Parsed::Seconds, format("%Y-%m-%d %H:%M:%S")] {
        let entry = dataset("t.csv", vec![parsed("at", Type::Timestamp, form)]);
        let fault = write(&entry, frame.clone(), folder.path()).unwrap_err();
        assert_eq!(fault.code, "GML0910", "{}", whole(&fault));
        assert!(whole(&fault).contains("`at`"));
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["t.parquet", "t.jsonl"] {
        let entry = dataset(path, nested());
        let first = fs::read(write(&entry, nested_frame(), folder.path()).unwrap().path).unwrap();
        let second = fs::read(write(&entry, nested_frame(), folder.path()).unwrap().path).unwrap();
        assert_eq!(first, second);
    }
}

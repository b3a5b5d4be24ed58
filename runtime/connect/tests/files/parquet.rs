//! Parquet.

use std::fs;

use gml_ir::{IntKind, Parsed, Type};
use polars::prelude::*;

use crate::support::*;

#[test]
fn safe_conversions_are_made() {
    let frame = df!("a" => [1_i32, 2], "b" => [3_i16, 4], "c" => [1.5_f32, 2.5], "d" => ["x", "y"], "e" => ["x", "y"])
        .unwrap()
        .lazy()
        .with_column(col("d").cast(DataType::from_categories(Categories::global())))
        .collect()
        .unwrap();
    let columns = vec![
        column("a", Type::INT),
        column("b", Type::Float),
        column("c", Type::Float),
        column("d", Type::Category),
        column("e", Type::Enum(["x".into(), "y".into()].into())),
    ];
    let loaded = read_frame(frame, columns).unwrap();
    assert_eq!(loaded.frame.dtypes()[..3], [DataType::Int64, DataType::Float64, DataType::Float64]);
    assert_eq!(cells(&loaded, "d"), ["\"x\"", "\"y\""]);
}

#[test]
fn integers_are_narrowed_only_where_they_fit() {
    let columns = || vec![column("n", Type::Int(IntKind::I16))];
    assert_eq!(cells(&read_frame(df!("n" => [1_i64, -5]).unwrap(), columns()).unwrap(), "n"), ["1", "-5"]);
    let result = read_frame(df!("n" => [1_i64, 70_000]).unwrap(), columns());
    refused(result, "GML0905", &["`n`", "int16", "row 2", "70000"]);
}

#[test]
fn bytes_are_text_only_where_they_are_one() {
    let columns = || vec![column("k", Type::Str)];
    let bytes = |second: &[u8]| df!("k" => [&b"a"[..], second]).unwrap();
    assert_eq!(cells(&read_frame(bytes(b"b"), columns()).unwrap(), "k"), ["\"a\"", "\"b\""]);
    refused(read_frame(bytes(&[0xff, 0xfe]), columns()), "GML0905", &["`k`", "str", "row 2"]);
}

#[test]
fn other_types_are_refused_with_what_to_do() {
    let refuse = |frame: DataFrame, declared: gml_ir::Column, parts: &[&str]| {
        refused(read_frame(frame, vec![declared]), "GML0913", parts);
    };
    refuse(df!("n" => ["1"]).unwrap(), column("n", Type::INT), &["`n` is str", "int is declared", "declare it `str`"]);
    refuse(df!("n" => [1.0]).unwrap(), column("n", Type::INT), &["`n` is float", "declare it `float`"]);
    refuse(df!("n" => [1_i64]).unwrap(), column("n", Type::Timestamp), &["parsed s"]);
    let nested = df!("a" => [1]).unwrap().into_struct("s".into()).into_series();
    let frame = DataFrame::new(1, vec![nested.into_column()]).unwrap();
    refuse(frame, column("s", structure(vec![column("a", Type::Str)])), &["`s.a`", "str is declared"]);
}

#[test]
fn instants_of_any_unit_and_zone_become_utc() {
    let nanos = Series::new("t".into(), [1_611_648_000_000_000_999_i64]);
    let zone = TimeZone::opt_try_new(Some("Europe/Berlin")).unwrap();
    for (series, text) in [
        (nanos.clone().into_datetime(TimeUnit::Nanoseconds, None), "2021-01-26 08:00:00"),
        (nanos.into_datetime(TimeUnit::Nanoseconds, zone), "2021-01-26 08:00:00"),
        (
            Series::new("t".into(), [1_611_648_000_000_i64]).into_datetime(TimeUnit::Milliseconds, None),
            "2021-01-26 08:00:00",
        ),
    ] {
        let frame = DataFrame::new(1, vec![series.into_column()]).unwrap();
        assert_eq!(cells(&read_frame(frame, vec![column("t", Type::Timestamp)]).unwrap(), "t"), [text]);
    }
}

#[test]
fn stored_forms_are_undone() {
    let frame = df!(
        "event_date" => ["20210126", "20210127"],
        "event_timestamp" => [1_611_648_000_000_000_i64, 1_611_648_000_000_001],
        "plain" => ["2021-01-26", "2021-01-27"],
    )
    .unwrap();
    let columns = vec![
        parsed("event_date", Type::Date, format("%Y%m%d")),
        parsed("event_timestamp", Type::Timestamp, Parsed::Microseconds),
        column("plain", Type::Date),
    ];
    let loaded = read_frame(frame, columns).unwrap();
    assert_eq!(cells(&loaded, "event_date"), ["2021-01-26", "2021-01-27"]);
    assert_eq!(cells(&loaded, "plain"), ["2021-01-26", "2021-01-27"]);
    assert_eq!(cells(&loaded, "event_timestamp")[1], "2021-01-26 08:00:00.000001");
    let frame = df!("event_date" => ["20210126", "2021-13-26"]).unwrap();
    let result = read_frame(frame, vec![parsed("event_date", Type::Date, format("%Y%m%d"))]);
    refused(result, "GML0905", &["`event_date`", "row 2", "2021-13-26"]);
}

fn events() -> DataFrame {
    let value =
        df!("int_value" => [Some(1_i64), None], "string_value" => [None, Some("x")], "extra" => [1.0, 2.0]).unwrap();
    let value = value.into_struct("value".into()).into_series();
    let key = Series::new("key".into(), ["id", "page"]);
    let items = StructChunked::from_series("item".into(), 2, [key, value].iter()).unwrap().into_series();
    let params = Series::new("params".into(), [items.clone(), items.slice(0, 1)]);
    DataFrame::new(2, vec![params.into_column()]).unwrap()
}

#[test]
fn structs_within_lists_are_read_by_the_names_of_their_fields() {
    let value =
        structure(vec![column("int_value", Type::INT.nullable()), column("double_value", Type::Float.nullable())]);
    let item = structure(vec![column("value", value), named("name", "key", Type::Str)]);
    let loaded = read_frame(events(), vec![column("params", list(item))]).unwrap();
    let items = loaded.frame.column("params").unwrap().list().unwrap().get_inner();
    let DataType::Struct(fields) = items.dtype() else { panic!("{}", items.dtype()) };
    assert_eq!(fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["value", "name"]);
    assert_eq!(items.len(), 3);
}

#[test]
fn a_field_that_cannot_be_null_must_be_there_and_filled() {
    let item = |name: &str| structure(vec![column("value", structure(vec![column(name, Type::INT)]))]);
    let result = read_frame(events(), vec![column("params", list(item("int_valu")))]);
    refused(result, "GML0904", &["int_valu", "int_value"]);
    let result = read_frame(events(), vec![column("params", list(item("int_value")))]);
    refused(result, "GML0907", &["`params`", "row 1"]);
}

#[test]
fn a_column_that_is_not_there_proposes_the_nearest() {
    let result = read_frame(df!("visitorId" => [1]).unwrap(), vec![column("visitor_id", Type::INT)]);
    refused(result, "GML0904", &["visitor_id", "visitorId", "named"]);
}

#[test]
fn a_file_cut_off_anywhere_is_refused_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let numbers: Vec<i64> = (0..2_000).map(|n| n * 7 % 1_000).collect();
    let texts: Vec<String> = numbers.iter().map(|n| format!("text {n}")).collect();
    parquet(&path, df!("n" => numbers, "t" => texts).unwrap());
    let bytes = fs::read(&path).unwrap();
    let entry = dataset("t.parquet", vec![column("n", Type::INT), column("t", Type::Str)]);
    assert_eq!(gml_connect::read(&entry, folder.path()).unwrap().frame.height(), 2_000);
    let step = (bytes.len() / 40).max(1);
    for length in (1..12).chain((12..bytes.len()).step_by(step)).chain(bytes.len() - 12..bytes.len()) {
        fs::write(&path, &bytes[..length]).unwrap();
        refused(gml_connect::read(&entry, folder.path()), "GML0903", &["t.parquet"]);
    }
    for place in (4..bytes.len()).step_by(step) {
        let mut damaged = bytes.clone();
        for byte in &mut damaged[place..(place + 9).min(bytes.len())] {
            *byte ^= 0x5a;
        }
        fs::write(&path, &damaged).unwrap();
        // Damage that the format cannot notice gives other values; all else is a fault with a place.
        if let Err(fault) = gml_connect::read(&entry, folder.path()) {
            assert!(fault.code.starts_with("GML09") && fault.place.is_some(), "{}", whole(&fault));
        }
    }
}

#[test]
fn what_is_no_parquet_is_refused() {
    for bytes in [&b"id,price\n1,2\n"[..], b"PAR1PAR1", b"x"] {
        let folder = folder(&[("t.parquet", bytes)]);
        let result = gml_connect::read(&dataset("t.parquet", vec![column("id", Type::INT)]), folder.path());
        refused(result, "GML0903", &["t.parquet"]);
    }
    let folder = folder(&[("t.parquet", b"")]);
    let result = gml_connect::read(&dataset("t.parquet", vec![column("id", Type::INT)]), folder.path());
    refused(result, "GML0914", &["t.parquet"]);
}

#[test]
fn files_of_a_pattern_may_have_other_widths_but_not_other_types() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), df!("n" => [1_i32], "x" => [1]).unwrap());
    parquet(&folder.path().join("b.parquet"), df!("n" => [2_i64]).unwrap());
    let entry = dataset("*.parquet", vec![column("n", Type::INT)]);
    assert_eq!(cells(&gml_connect::read(&entry, folder.path()).unwrap(), "n"), ["1", "2"]);
    parquet(&folder.path().join("c.parquet"), df!("n" => ["3"]).unwrap());
    refused(gml_connect::read(&entry, folder.path()), "GML0913", &["c.parquet", "`n` is str"]);
}

#[cfg(unix)]
#[test]
fn a_file_without_the_right_to_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("t.csv", b"id\n1\n")]);
    let path = folder.path().join("t.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads everything.
    if fs::read(&path).is_err() {
        let result = gml_connect::read(&dataset("t.csv", vec![column("id", Type::INT)]), folder.path());
        refused(result, "GML0902", &["t.csv", "right"]);
    }
}

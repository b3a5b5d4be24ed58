//! Reading less than all: columns, fields and rows that nobody needs, and the rules that hold for them nevertheless.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use gml_connect::{Bound, Fault, Part, Reading, Report, Scan, Verified, Wanted};
use gml_ir::{BinaryOp, Column as Declared, Dataset, OnViolation, Type, Value};
use polars::prelude::*;

use crate::support::*;

fn fields(fields: &[(&str, Wanted)]) -> Wanted {
    Wanted::Fields(fields.iter().map(|(name, wanted)| ((*name).into(), wanted.clone())).collect())
}

fn only(names: &[&str]) -> Reading {
    let wanted = fields(&names.iter().map(|name| (*name, Wanted::All)).collect::<Vec<_>>());
    Reading::of(wanted)
}

/// What a scan gives, and how many of its parts have rows that are needed.
fn scanned(
    dataset: &Dataset,
    folder: &Path,
    reading: &Reading,
    verified: &Verified,
) -> Result<(Option<DataFrame>, usize), Fault> {
    let scan = Scan::open(dataset, folder, reading, verified)?;
    let parts: Vec<Part> = (0..scan.parts()).map(|part| scan.read(part)).collect::<Result<_, _>>()?;
    let (frames, reports): (Vec<Option<DataFrame>>, Vec<Report>) =
        parts.into_iter().map(|part| (part.frame, part.report)).unzip();
    scan.settle(reports, verified)?;
    let frames: Vec<DataFrame> = frames.into_iter().flatten().collect();
    let count = frames.len();
    Ok((frames.into_iter().reduce(|above, below| above.vstack(&below).unwrap()), count))
}

fn read_only(dataset: &Dataset, folder: &Path, reading: &Reading) -> Result<DataFrame, Fault> {
    scanned(dataset, folder, reading, &Verified::default()).map(|(frame, _)| frame.unwrap())
}

#[track_caller]
fn stops<T>(result: Result<T, Fault>, code: &str, parts: &[&str]) {
    let fault = result.err().expect("it should be refused");
    let text = whole(&fault);
    assert_eq!(fault.code, code, "{text}");
    parts.iter().for_each(|part| assert!(text.contains(part), "{part:?} is not in:\n{text}"));
}

/// Overwrites the pages of a column, so that whoever reads them fails.
fn spoil(path: &Path, column: &str) {
    let mut reader = ParquetReader::new(File::open(path).unwrap());
    let groups = reader.get_metadata().unwrap().row_groups.clone();
    let mut file = File::options().write(true).open(path).unwrap();
    for chunk in groups.iter().flat_map(|group| group.parquet_columns()) {
        if chunk.descriptor().path_in_schema.iter().any(|name| name == column) {
            let range = chunk.byte_range();
            file.seek(SeekFrom::Start(range.start)).unwrap();
            file.write_all(&vec![0xff; (range.end - range.start) as usize]).unwrap();
        }
    }
}

fn events(days: &[i32]) -> DataFrame {
    let many = days.len();
    let key = Series::new("key".into(), (0..many).map(|row| format!("k{row}")).collect::<Vec<_>>());
    let text = Series::new("text".into(), vec!["t"; many]);
    let number = Series::new("number".into(), (0..many as i64).map(Some).collect::<Vec<_>>());
    let value = StructChunked::from_series("value".into(), many, [text, number].iter()).unwrap().into_series();
    let items = StructChunked::from_series("".into(), many, [key, value].iter()).unwrap().into_series();
    let lists: Vec<Series> = (0..many).map(|row| items.slice(row as i64, 1)).collect();
    let day = Series::new("day".into(), days).cast(&DataType::Date).unwrap();
    let n = Series::new("n".into(), (0..many as i64).collect::<Vec<_>>());
    DataFrame::new(many, vec![day.into(), n.into(), Series::new("params".into(), lists).into()]).unwrap()
}

fn event_columns() -> Vec<Declared> {
    let value = structure(vec![column("text", Type::Str.nullable()), column("number", Type::INT.nullable())]);
    let params = list(structure(vec![column("key", Type::Str), column("value", value)]));
    vec![column("day", Type::Date), column("n", Type::INT), column("params", params)]
}

#[test]
fn fields_that_nobody_needs_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    parquet(&path, events(&[1, 2]));
    spoil(&path, "text");
    let entry = dataset("t.parquet", event_columns());
    let wanted = fields(&[("params", fields(&[("value", fields(&[("number", Wanted::All)]))]))]);
    let reading = Reading::of(wanted);
    let frame = read_only(&entry, folder.path(), &reading).unwrap();
    let number = Field::new("number".into(), DataType::Int64);
    let value = Field::new("value".into(), DataType::Struct(vec![number]));
    let expected = DataType::List(Box::new(DataType::Struct(vec![value])));
    assert_eq!((frame.width(), frame.column("params").unwrap().dtype()), (1, &expected));
    assert_eq!(frame.column("params").unwrap().get(1).unwrap().to_string(), "[{{1}}]");
    stops(gml_connect::read(&entry, folder.path()), "GML0903", &["t.parquet"]);
}

#[test]
fn a_rule_that_the_footer_proves_costs_no_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    parquet(&path, df!("a" => [1_i64, 2], "b" => [3_i64, 4]).unwrap());
    spoil(&path, "b");
    let entry = dataset("t.parquet", vec![column("a", Type::INT), column("b", Type::INT)]);
    assert_eq!(read_only(&entry, folder.path(), &only(&["a"])).unwrap().width(), 1);
    stops(gml_connect::read(&entry, folder.path()), "GML0903", &["t.parquet"]);
}

#[test]
fn rules_of_what_nobody_needs_hold_too() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("t.parquet"), df!("a" => [1_i64, 2], "b" => [Some(3_i64), None]).unwrap());
    let null = dataset("t.parquet", vec![column("a", Type::INT), column("b", Type::INT)]);
    stops(read_only(&null, folder.path(), &only(&["a"])), "GML0907", &["1 row", "`b`", "row 2"]);
    let positive = gml_ir::ContractRule::Compare(BinaryOp::Greater, Value::Int(5));
    let ruled = dataset("t.parquet", vec![column("a", Type::INT), ruled("b", Type::INT.nullable(), positive, "> 5")]);
    stops(read_only(&ruled, folder.path(), &only(&["a"])), "GML0906", &["1 row", "`b`", "row 1"]);
    let narrow = Type::Int(gml_ir::IntKind::I8);
    parquet(&folder.path().join("u.parquet"), df!("a" => [1_i64, 2], "b" => [3_i64, 300]).unwrap());
    let unfit = dataset("u.parquet", vec![column("a", Type::INT), column("b", narrow)]);
    stops(read_only(&unfit, folder.path(), &only(&["a"])), "GML0905", &["`b`", "row 2", "300"]);
}

#[test]
fn a_table_of_which_only_the_rows_count_has_them() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("t.parquet"), events(&[1, 2, 3]));
    let frame = read_only(&dataset("t.parquet", event_columns()), folder.path(), &only(&[])).unwrap();
    assert_eq!((frame.height(), frame.width()), (3, 1));
    let text = [("t.csv", b"id,n\na,1\nb,2\n".as_slice())];
    let folder = crate::support::folder(&text);
    let entry = dataset("t.csv", vec![column("id", Type::Str), column("n", Type::INT)]);
    assert_eq!(read_only(&entry, folder.path(), &only(&[])).unwrap().shape(), (2, 1));
    assert_eq!(read_only(&entry, folder.path(), &only(&["id"])).unwrap().shape(), (2, 1));
}

fn on(day: i32, op: BinaryOp) -> Reading {
    Reading { bounds: vec![Bound { column: "day".into(), op, value: Value::Date(day) }], ..only(&["n"]) }
}

#[test]
fn parts_without_a_row_within_the_bounds_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    for (name, days) in [("a", [1, 2]), ("b", [3, 4]), ("c", [5, 6])] {
        parquet(&folder.path().join(format!("{name}.parquet")), events(&days));
    }
    let entry = dataset("*.parquet", event_columns());
    let parts = |reading: Reading| scanned(&entry, folder.path(), &reading, &Verified::default()).unwrap().1;
    assert_eq!(parts(on(3, BinaryOp::Equal)), 1);
    assert_eq!(parts(on(3, BinaryOp::Less)), 1);
    assert_eq!(parts(on(3, BinaryOp::LessEqual)), 2);
    assert_eq!(parts(on(4, BinaryOp::Greater)), 1);
    assert_eq!(parts(on(4, BinaryOp::GreaterEqual)), 2);
    assert_eq!(parts(on(9, BinaryOp::Equal)), 0);
    assert_eq!(parts(only(&["n"])), 3);
}

#[test]
fn texts_bound_what_they_stand_for_where_their_form_keeps_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let days = |days: [&str; 2]| df!("day" => days, "n" => [1_i64, 2]).unwrap();
    parquet(&folder.path().join("a.parquet"), days(["20210101", "20210102"]));
    parquet(&folder.path().join("b.parquet"), days(["20210103", "20210104"]));
    let entry =
        |form: &str| dataset("*.parquet", vec![parsed("day", Type::Date, format(form)), column("n", Type::INT)]);
    let third = on(18_630, BinaryOp::Equal);
    assert_eq!(scanned(&entry("%Y%m%d"), folder.path(), &third, &Verified::default()).unwrap().1, 1);
    // Of days written with the day first, the smallest text is not the first day.
    parquet(&folder.path().join("a.parquet"), days(["01012021", "03012021"]));
    parquet(&folder.path().join("b.parquet"), days(["02012021", "01022021"]));
    assert_eq!(scanned(&entry("%d%m%Y"), folder.path(), &third, &Verified::default()).unwrap().1, 2);
}

#[test]
fn rows_out_of_bounds_are_held_against_the_rules_once_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    parquet(
        &path,
        df!("day" => [1, 2], "b" => [1_i64, 30])
            .unwrap()
            .lazy()
            .with_column(col("day").cast(DataType::Date))
            .collect()
            .unwrap(),
    );
    let small = gml_ir::ContractRule::Compare(BinaryOp::Less, Value::Int(10));
    let entry = dataset("*.parquet", vec![column("day", Type::Date), ruled("b", Type::INT, small, "< 10")]);
    let none = Reading { bounds: on(9, BinaryOp::Equal).bounds, ..only(&["b"]) };
    stops(scanned(&entry, folder.path(), &none, &Verified::default()), "GML0906", &["`b`", "row 2"]);

    parquet(
        &path,
        df!("day" => [1, 2], "b" => [1_i64, 3])
            .unwrap()
            .lazy()
            .with_column(col("day").cast(DataType::Date))
            .collect()
            .unwrap(),
    );
    let verified = Verified::default();
    scanned(&entry, folder.path(), &none, &verified).unwrap();
    let changed = File::open(&path).unwrap().metadata().unwrap().modified().unwrap();
    spoil(&path, "b");
    File::options().write(true).open(&path).unwrap().set_modified(changed).unwrap();
    assert_eq!(scanned(&entry, folder.path(), &none, &verified).unwrap().1, 0, "the pages are not read again");
    stops(scanned(&entry, folder.path(), &none, &Verified::default()), "GML0903", &["a.parquet"]);
}

#[test]
fn offending_rows_are_counted_over_all_parts() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), df!("n" => [Some(1_i64), None]).unwrap());
    parquet(&folder.path().join("b.parquet"), df!("n" => [None, Some(2_i64), None]).unwrap());
    let entry = dataset("*.parquet", vec![column("n", Type::INT)]);
    let parts = ["3 rows", "a.parquet, row 2", "b.parquet, row 1", "b.parquet, row 3"];
    stops(read_only(&entry, folder.path(), &only(&["n"])), "GML0907", &parts);
    let dropping = tolerating(entry, OnViolation::Drop);
    let read = gml_connect::read(&dropping, folder.path()).unwrap();
    assert_eq!((read.frame.height(), read.tolerated.len(), read.tolerated[0].rows), (2, 1, 3));
}

#[test]
fn an_open_row_passes_what_else_the_file_has() {
    let opened = |path: &str| {
        let mut entry = dataset(path, vec![named("b", "B", Type::INT)]);
        let Type::Table(table) = &mut entry.ty else { panic!("no table") };
        Arc::make_mut(&mut table.row).open = true;
        entry
    };
    let folder = tempfile::tempdir().unwrap();
    parquet(
        &folder.path().join("t.parquet"),
        df!("a" => [Some("x"), None], "B" => [1_i64, 2], "c" => [0.5, 1.5]).unwrap(),
    );
    let read = gml_connect::read(&opened("t.parquet"), folder.path()).unwrap().frame;
    assert_eq!(read, df!("b" => [1_i64, 2], "a" => [Some("x"), None], "c" => [0.5, 1.5]).unwrap());
    gml_connect::write(&opened("u.parquet"), read.clone(), folder.path()).unwrap();
    assert_eq!(gml_connect::read(&opened("u.parquet"), folder.path()).unwrap().frame, read);
    std::fs::write(folder.path().join("t.csv"), "a,B\n7,1\n").unwrap();
    let text = gml_connect::read(&opened("t.csv"), folder.path()).unwrap().frame;
    assert_eq!(text, df!("b" => [1_i64], "a" => ["7"]).unwrap());

    // Another file has to have what the first one has; what is declared is asked of it as ever.
    parquet(&folder.path().join("v.parquet"), df!("B" => [3_i64]).unwrap());
    std::fs::write(folder.path().join("u.csv"), "B\n2\n").unwrap();
    for pattern in ["*.parquet", "*.csv"] {
        let others = gml_connect::read(&opened(pattern), folder.path());
        refused(others, "GML0904", &["no column `a`", "has it, and with `..`"]);
    }
    std::fs::write(folder.path().join("u.csv"), "a\n2\n").unwrap();
    refused(gml_connect::read(&opened("*.csv"), folder.path()), "GML0904", &["no column `B` (for `b`)", "it has a"]);
}

#[test]
fn a_group_of_many_rows_is_read_in_stretches() {
    let folder = tempfile::tempdir().unwrap();
    let many = 400_000;
    let whole = events(&[1, 2, 3, 4, 5, 6, 7]);
    let rows = (0..many as u32).map(|row| row / 3 % 7).collect::<Vec<_>>();
    let mut frame = whole.take(&IdxCa::from_vec("rows".into(), rows)).unwrap();
    let optional = (0..many as i64).map(|row| (row % 5 != 0).then_some(row)).collect::<Vec<_>>();
    frame.with_column(Column::new("row".into(), optional)).unwrap();
    let file = File::create(folder.path().join("t.parquet")).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(many)).finish(&mut frame).unwrap();
    let columns = [event_columns(), vec![column("row", Type::INT.nullable())]].concat();
    let entry = dataset("t.parquet", columns.clone());
    let (read, parts) = scanned(&entry, folder.path(), &Reading::everything(), &Verified::default()).unwrap();
    assert_eq!(parts, 2);
    assert!(read.unwrap().equals_missing(&frame.select(["day", "n", "params", "row"]).unwrap()));
    // Rows are counted from the begin of the file.
    let ruled = ruled(
        "row",
        Type::INT.nullable(),
        gml_ir::ContractRule::Compare(BinaryOp::Less, Value::Int(many as i64 - 1)),
        "< 399999",
    );
    let entry = dataset("t.parquet", [event_columns(), vec![ruled]].concat());
    stops(read_only(&entry, folder.path(), &only(&["n"])), "GML0906", &["1 row", "row 400000: row = 399999"]);
}

#[test]
fn a_long_text_is_read_in_pieces_and_told_of_by_its_lines() {
    let rows = 600_000;
    let mut text = String::from("id,n\n");
    (0..rows).for_each(|row| text.push_str(&format!("\"customer\n{row}\",{row}\n")));
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let entry = dataset("t.csv", vec![column("id", Type::Str), column("n", Type::INT)]);
    let (read, parts) = scanned(&entry, folder.path(), &only(&["n"]), &Verified::default()).unwrap();
    assert_eq!(parts, 2);
    assert_eq!(read.unwrap(), df!("n" => (0..rows).collect::<Vec<i64>>()).unwrap());
    let small = gml_ir::ContractRule::Compare(BinaryOp::Less, Value::Int(rows - 1));
    let limited = dataset("t.csv", vec![column("id", Type::Str), ruled("n", Type::INT, small, "< 599999")]);
    stops(gml_connect::read(&limited, folder.path()), "GML0906", &["row 600000: n = 599999"]);
    std::fs::write(folder.path().join("t.csv"), text + "last,x\n").unwrap();
    stops(gml_connect::read(&entry, folder.path()), "GML0905", &["line 1200002: \"x\""]);

    let lines: String = (0..400_000).map(|row| format!("{{\"id\": \"customer {row}\"}}\n")).collect();
    let with = lines.clone() + "{\"id\": \"last\", \"n\": 7}\n";
    std::fs::write(folder.path().join("t.jsonl"), with).unwrap();
    let entry =
        tolerating(dataset("t.jsonl", vec![column("id", Type::Str), column("n", Type::INT)]), OnViolation::Drop);
    assert_eq!(gml_connect::read(&entry, folder.path()).unwrap().frame.height(), 1);
    std::fs::write(folder.path().join("t.jsonl"), lines).unwrap();
    stops(gml_connect::read(&entry, folder.path()), "GML0904", &["`n`", "it has id"]);
}

//! Contracts, nulls, enums and unique keys, on reading and on writing.

use gml_connect::read;
use gml_ir::{BinaryOp, ContractRule, OnViolation, Role, Type, Value};
use polars::prelude::*;

use crate::support::*;

fn hits(ty: Type) -> gml_ir::Column {
    let rule = ContractRule::InRange { start: Value::Int(0), end: Value::Int(10), inclusive: true };
    ruled("hits", ty, rule, "in 0..10")
}

fn id() -> gml_ir::Column {
    column("id", Type::Str).with_role(Role::Id)
}

#[test]
fn rows_that_break_a_range_are_counted_and_shown_with_their_ids() {
    let text = "id,hits\na,0\nb,11\nc,10\nd,-1\ne,\n";
    let columns = || vec![id(), hits(Type::INT.nullable())];
    let parts = ["2 rows", "`hits`", "in 0..10", "row 2", "hits = 11", "id = \"b\"", "row 4"];
    refused(read_text("t.csv", text, columns()), "GML0906", &parts);

    let folder = folder(&[("t.csv", text.as_bytes())]);
    let dropped = read(&tolerating(dataset("t.csv", columns()), OnViolation::Drop), folder.path()).unwrap();
    assert_eq!(cells(&dropped, "id"), ["\"a\"", "\"c\"", "\"e\""]);
    assert_eq!((dropped.tolerated[0].rows, dropped.tolerated[0].dropped), (2, true));
    let warned = read(&tolerating(dataset("t.csv", columns()), OnViolation::Warn), folder.path()).unwrap();
    assert_eq!(warned.frame.height(), 5);
    assert_eq!((warned.tolerated[0].rows, warned.tolerated[0].dropped), (2, false));
}

#[test]
fn ranges_without_their_end_and_of_other_types_hold() {
    let half = ContractRule::InRange { start: Value::Float(0.0), end: Value::Float(1.0), inclusive: false };
    let columns = || vec![ruled("x", Type::Float, half.clone(), "in 0.0..<1.0")];
    assert!(read_text("t.csv", "x\n0\n0.99\n", columns()).is_ok());
    refused(read_text("t.csv", "x\n1\nNaN\n", columns()), "GML0906", &["2 rows", "row 1", "row 2"]);
    let days = ContractRule::InRange { start: Value::Date(18_653), end: Value::Date(18_654), inclusive: true };
    let columns = vec![ruled("day", Type::Date, days, "in @2021-01-26..@2021-01-27")];
    refused(read_text("t.csv", "day\n2021-01-26\n2021-01-28\n", columns), "GML0906", &["row 2", "2021-01-28"]);
}

#[test]
fn comparisons_lists_and_patterns_hold() {
    let positive = || vec![ruled("price", Type::Float, ContractRule::Compare(BinaryOp::Greater, Value::Int(0)), "> 0")];
    assert!(read_text("t.csv", "price\n0.1\n", positive()).is_ok());
    refused(read_text("t.csv", "price\n0\n", positive()), "GML0906", &["`price`", "> 0", "row 1"]);
    let mail =
        || vec![ruled("email", Type::Str.nullable(), ContractRule::Matches(r"^[^@]+@[^@]+$".into()), "matches ..")];
    assert!(read_text("t.csv", "email\na@b\n\n", mail()).is_ok());
    refused(read_text("t.csv", "email\na@b\na.b\n", mail()), "GML0906", &["a.b"]);
    let sizes = ContractRule::OneOf(vec![Value::Str("s".into()), Value::Str("m".into())]);
    refused(read_text("t.csv", "size\ns\nxl\n", vec![ruled("size", Type::Str, sizes, "in [..]")]), "GML0906", &["xl"]);
    refused(read_frame(df!("price" => [1.0, -1.0]).unwrap(), positive()), "GML0906", &["row 2", "-1.0"]);
}

#[test]
fn contracts_of_fields_within_lists_hold() {
    let columns = || vec![column("id", Type::Str), column("items", list(structure(vec![hits(Type::INT)])).nullable())];
    let text = |hits: i64| {
        format!(
            "{{\"id\": \"a\", \"items\": [{{\"hits\": 1}}]}}\n{{\"id\": \"b\", \"items\": null}}\n{{\"id\": \"c\", \"items\": [{{\"hits\": 2}}, {{\"hits\": {hits}}}]}}\n"
        )
    };
    assert!(read_text("t.jsonl", &text(10), columns()).is_ok());
    refused(read_text("t.jsonl", &text(11), columns()), "GML0906", &["1 row", "`items`", "its hits in 0..10", "row 3"]);
}

#[test]
fn a_null_within_a_value_is_named_by_its_place() {
    let place = structure(vec![column("city", Type::Str), column("n", Type::INT.nullable())]).nullable();
    let columns = || {
        vec![
            column("geo", place.clone()),
            column("tags", list(Type::Str).nullable()),
            column("all", list(place.clone())),
        ]
    };
    let read = |geo: &str, tags: &str, all: &str| {
        let line = |geo: &str, tags: &str, all: &str| format!("{{\"geo\": {geo}, \"tags\": {tags}, \"all\": {all}}}\n");
        read_text("t.jsonl", &format!("{}{}", line("null", "null", "[null]"), line(geo, tags, all)), columns())
    };
    assert!(read("{\"city\": \"a\"}", "[]", "[{\"city\": \"a\"}]").is_ok());
    let told = ["1 row", "`geo`: its city is never null", "row 2", "declare what may be null in it"];
    refused(read("{\"n\": 1}", "[]", "[]"), "GML0907", &told);
    refused(read("null", "[\"a\", null]", "[]"), "GML0907", &["`tags`: its [..] is never null", "row 2"]);
    refused(read("null", "null", "[{\"n\": 1}]"), "GML0907", &["`all`: its [..].city is never null", "row 2"]);
}

#[test]
fn nulls_where_none_can_be_are_refused_or_dropped() {
    let columns = || vec![column("id", Type::Str), column("n", Type::INT)];
    let text = "id,n\na,1\nb,\n";
    refused(read_text("t.csv", text, columns()), "GML0907", &["`n`", "row 2", "null"]);
    refused(read_frame(df!("id" => ["a"], "n" => [None::<i64>]).unwrap(), columns()), "GML0907", &["`n`"]);
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let dropped = read(&tolerating(dataset("t.csv", columns()), OnViolation::Drop), folder.path()).unwrap();
    assert_eq!(cells(&dropped, "id"), ["\"a\""]);
    // A null cannot be kept in a column that has none: the row is left out, and it is said so.
    let warned = read(&tolerating(dataset("t.csv", columns()), OnViolation::Warn), folder.path()).unwrap();
    assert_eq!(cells(&warned, "id"), ["\"a\""]);
    assert_eq!((warned.tolerated[0].rows, warned.tolerated[0].dropped), (1, true));
}

#[test]
fn texts_that_an_enum_does_not_list_are_refused() {
    let columns = || vec![column("device", Type::Enum(["desktop".into(), "mobile".into()].into()))];
    let text = "device\nmobile\nMobile\n";
    refused(read_text("t.csv", text, columns()), "GML0908", &["`device`", "row 2", "Mobile"]);
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let warned = read(&tolerating(dataset("t.csv", columns()), OnViolation::Warn), folder.path()).unwrap();
    assert_eq!((warned.frame.height(), warned.tolerated[0].dropped), (1, true));
}

#[test]
fn keys_that_are_there_twice_are_refused_or_left_out_after_the_first() {
    let text = "id,n,x\na,1,first\na,2,\na,1,again\n,1,\n,1,\n";
    let columns =
        || vec![column("id", Type::Str.nullable()), column("n", Type::INT), column("x", Type::Str.nullable())];
    let entry = unique(dataset("t.csv", columns()), &["id", "n"]);
    let folder = folder(&[("t.csv", text.as_bytes())]);
    refused(read(&entry, folder.path()), "GML0917", &["1 row", "unique [id, n]", "row 3"]);
    let dropped = read(&tolerating(entry, OnViolation::Drop), folder.path()).unwrap();
    assert_eq!(dropped.frame.height(), 4);
    assert_eq!(cells(&dropped, "x")[0], "\"first\"");
    let single = unique(dataset("t.csv", columns()), &["n"]);
    refused(read(&single, folder.path()), "GML0917", &["3 rows"]);
}

#[test]
fn rows_of_a_pattern_are_named_by_file() {
    let folder = folder(&[("a.csv", b"id,hits\na,1\nb,2\n"), ("b.csv", b"id,hits\nc,1\nd,99\n")]);
    refused(read(&dataset("*.csv", vec![id(), hits(Type::INT)]), folder.path()), "GML0906", &["b.csv, row 2", "\"d\""]);
}

#[test]
fn what_breaks_a_contract_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["t.parquet", "t.csv", "t.jsonl"] {
        let frame = df!("id" => ["a", "b"], "hits" => [1_i64, 11]).unwrap();
        let fault = gml_connect::write(&dataset(path, vec![id(), hits(Type::INT)]), frame, folder.path()).unwrap_err();
        assert_eq!(fault.code, "GML0906", "{}", whole(&fault));
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

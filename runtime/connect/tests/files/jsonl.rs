//! JSON lines.

use gml_ir::{Parsed, Type};

use crate::support::*;

#[test]
fn nested_values_are_read_by_name_and_others_left_out() {
    let item = structure(vec![column("key", Type::Str), column("n", Type::INT.nullable())]);
    let columns = vec![
        column("id", Type::INT),
        column("params", list(item)),
        column("device", structure(vec![named("os", "operating_system", Type::Str)]).nullable()),
        column("vector", Type::Vector(2)),
    ];
    let text = r#"{"id": 1, "params": [{"key": "a", "n": 7, "x": true}, {"key": "b"}], "device": {"operating_system": "linux", "y": 1}, "vector": [0.5, 1]}
{"id": 2.0, "params": [], "device": null, "vector": [1, 2], "more": {}}
"#;
    let loaded = read_text("t.jsonl", text, columns).unwrap();
    assert_eq!(cells(&loaded, "id"), ["1", "2"]);
    assert_eq!(loaded.frame.column("params").unwrap().list().unwrap().get_inner().len(), 2);
    assert_eq!(cells(&loaded, "device"), ["{\"linux\"}", "null"]);
    assert_eq!(loaded.frame.column("vector").unwrap().null_count(), 0);
}

#[test]
fn a_value_of_another_type_is_shown_with_its_place() {
    let columns = vec![column("xs", list(structure(vec![column("n", Type::INT)])))];
    let text = "{\"xs\": [{\"n\": 1}]}\n{\"xs\": [{\"n\": 1}, {\"n\": \"two\"}]}\n";
    refused(read_text("t.jsonl", text, columns), "GML0905", &["`xs`", "line 2", "two", "[1].n"]);
}

#[test]
fn numbers_and_texts_are_told_apart() {
    let id = || vec![column("id", Type::INT)];
    refused(read_text("t.jsonl", "{\"id\": \"1\"}\n", id()), "GML0905", &["line 1: \"1\"", "declare `id` as str"]);
    refused(read_text("t.jsonl", "{\"id\": 1.5}\n", id()), "GML0905", &["line 1: 1.5", "declare `id` as float"]);
    refused(read_text("t.jsonl", "{\"id\": NaN}\n", id()), "GML0915", &["line 1", "no NaN", "write null"]);
}

#[test]
fn dates_and_counts_are_read() {
    let columns = vec![
        column("day", Type::Date),
        parsed("at", Type::Timestamp, Parsed::Seconds),
        parsed("other", Type::Date, format("%Y%m%d")),
    ];
    let text = "{\"day\": \"2021-01-26\", \"at\": 1611648000, \"other\": 20210126}\n";
    let loaded = read_text("t.jsonl", text, columns).unwrap();
    assert_eq!(cells(&loaded, "at"), ["2021-01-26 08:00:00"]);
    assert_eq!(cells(&loaded, "other"), ["2021-01-26"]);
}

#[test]
fn a_byte_order_mark_and_empty_lines_are_passed_over() {
    let loaded = read_text("t.jsonl", "\u{feff}{\"id\": 1}\r\n\r\n{\"id\": 2}", vec![column("id", Type::INT)]).unwrap();
    assert_eq!(cells(&loaded, "id"), ["1", "2"]);
}

#[test]
fn broken_lines_are_refused_with_their_number() {
    let columns = || vec![column("id", Type::INT)];
    refused(read_text("t.jsonl", "{\"id\": 1}\n{\"id\": \n", columns()), "GML0915", &["line 2"]);
    refused(read_text("t.jsonl", "[1, 2]\n", columns()), "GML0915", &["line 1", "object"]);
    let folder = folder(&[("t.jsonl", b"{\"id\": 1}\n{\"id\": \"\xff\"}\n")]);
    refused(gml_connect::read(&dataset("t.jsonl", columns()), folder.path()), "GML0902", &["line 2", "UTF-8"]);
}

#[test]
fn a_field_that_no_object_has_is_a_missing_column() {
    let columns = vec![column("visitor", Type::Str)];
    refused(read_text("t.jsonl", "{\"visitors\": \"a\"}\n", columns), "GML0904", &["`visitor`", "`visitors`"]);
}

#[test]
fn nesting_without_end_is_refused() {
    let text = format!("{{\"id\": {}1{}}}\n", "[".repeat(5_000), "]".repeat(5_000));
    refused(read_text("t.jsonl", &text, vec![column("id", Type::INT)]), "GML0915", &["line 1"]);
}

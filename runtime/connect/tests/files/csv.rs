//! Comma-separated values.

use std::fs;

use gml_ir::{IntKind, Type, Value};
use polars::prelude::AnyValue;

use crate::support::*;

fn price() -> Vec<gml_ir::Column> {
    vec![column("id", Type::INT), column("price", Type::Float.nullable())]
}

#[test]
fn only_the_columns_of_the_schema_are_read_in_its_order() {
    let loaded = read_text("t.csv", "x,price,id\njunk,2.5,1\n,,2\n", price()).unwrap();
    assert_eq!(loaded.frame.get_column_names(), ["id", "price"]);
    assert_eq!(cells(&loaded, "id"), ["1", "2"]);
    assert_eq!(cells(&loaded, "price"), ["2.5", "null"]);
}

#[test]
fn every_scalar_is_read() {
    let columns = vec![
        column("a", Type::Bool),
        column("b", Type::Int(IntKind::U8)),
        column("c", Type::Float32),
        column("d", Type::Date),
        column("e", Type::Time),
        column("f", Type::Timestamp),
        column("g", Type::Duration),
        column("h", Type::Decimal { precision: 6, scale: 2 }),
        parsed("i", Type::Date, format("%d.%m.%Y")),
        parsed("j", Type::Timestamp, gml_ir::Parsed::Milliseconds),
        column("k", Type::Category),
        column("l", Type::Bytes),
    ];
    let text = "a,b,c,d,e,f,g,h,i,j,k,l\n\
        TRUE,255,0.5,2021-01-26,08:30,2021-01-26T10:00:00+02:00,90s,12.5,26.01.2021,1611648000000,red,aGk=\n";
    let loaded = read_text("t.csv", text, columns).unwrap();
    let row: Vec<String> =
        loaded.frame.get_column_names_owned().iter().map(|name| cells(&loaded, name)[0].clone()).collect();
    assert_eq!(row[..3], ["true", "255", "0.5"]);
    assert_eq!([&row[3], &row[8]], ["2021-01-26", "2021-01-26"]);
    assert_eq!([&row[5], &row[9]], ["2021-01-26 08:00:00", "2021-01-26 08:00:00"]);
    assert_eq!([&row[4], &row[7]], ["08:30:00", "12.50"]);
    assert_eq!(row[10], "\"red\"");
}

#[test]
fn a_header_of_one_cell_tells_of_the_delimiter() {
    for (text, delimiter) in [("id;price\n1;2\n", "\";\""), ("id\tprice\n1\t2\n", "\"\\t\"")] {
        refused(read_text("t.csv", text, price()), "GML0904", &["it has id", &format!("delimiter: {delimiter}")]);
    }
    refused(read_text("t.csv", "key\n1\n", price()), "GML0904", &["out of the schema"]);
}

#[test]
fn what_is_not_in_its_form_tells_of_the_form() {
    let columns = vec![parsed("day", Type::Date, format("%d.%m.%Y"))];
    refused(read_text("t.csv", "day\n2021-01-26\n", columns), "GML0905", &["\"2021-01-26\"", "parsed \"%d.%m.%Y\""]);
}

#[test]
fn text_in_a_number_column_is_shown_with_its_line_and_counted() {
    let text = "id,price\n1,2.5\n2,\"two\nlines\"\n3,7 EUR\n";
    refused(
        read_text("t.csv", text, price()),
        "GML0905",
        &["2 values", "`price`", "line 3", "line 5", "7 EUR", "t.csv"],
    );
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let columns = vec![column("n", Type::Int(IntKind::I8))];
    refused(read_text("t.csv", "n\n127\n128\n", columns), "GML0905", &["int8", "128"]);
}

#[test]
fn a_missing_column_proposes_the_nearest() {
    let columns = vec![column("order_date", Type::Date)];
    let wanted = ["`order_date`", "Order Date", "price", "named \"Order Date\""];
    refused(read_text("t.csv", "Order Date,price\n", columns), "GML0904", &wanted);
}

#[test]
fn stored_names_are_looked_for() {
    let columns = vec![named("order_date", "Order Date", Type::Date)];
    let loaded = read_text("t.csv", "Order Date\n2021-01-26\n", columns).unwrap();
    assert_eq!(cells(&loaded, "order_date"), ["2021-01-26"]);
}

#[test]
fn a_header_alone_is_an_empty_table_and_an_empty_file_is_not() {
    assert_eq!(read_text("t.csv", "id,price\n", price()).unwrap().frame.height(), 0);
    assert_eq!(read_text("t.csv", "id,price", price()).unwrap().frame.height(), 0);
    refused(read_text("t.csv", "", price()), "GML0914", &["header"]);
}

#[test]
fn ragged_lines_are_refused_with_their_number() {
    refused(read_text("t.csv", "id,price\n1,2\n2\n", price()), "GML0915", &["line 3", "1 cell,", "header has 2"]);
    refused(read_text("t.csv", "id,price\n1,2,3\n", price()), "GML0915", &["line 2", "3 cells"]);
}

#[test]
fn an_open_quote_is_refused_where_it_opens() {
    refused(read_text("t.csv", "id,price\n1,2\n2,\"3\n4,5\n", price()), "GML0915", &["line 3", "never closed"]);
}

#[test]
fn a_column_twice_in_the_header_is_refused_where_it_is_read() {
    refused(read_text("t.csv", "id,price,id\n1,2,3\n", price()), "GML0915", &["`id`", "more than once"]);
    assert!(read_text("t.csv", "id,price,x,x\n1,2,3,4\n", price()).is_ok());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let folder = folder(&[("t.csv", b"id,price\n1,2\n\xff,3\n")]);
    let result = gml_connect::read(&dataset("t.csv", price()), folder.path());
    refused(result, "GML0902", &["line 3", "UTF-8"]);
    let folder = self::folder(&[("t.csv", b"\xff\xfei\0d\0,\0p\0r\0i\0c\0e\0\n\x001\0,\x002\0\n\0")]);
    refused(gml_connect::read(&dataset("t.csv", price()), folder.path()), "GML0902", &["UTF-16", "iconv -f utf-16"]);
}

#[test]
fn delimiter_quote_and_nulls_are_the_entrys() {
    let folder = folder(&[("t.csv", b"id;price;name\n1;NA;'a;b'\n2;0.5;NA\n3;1;'NA'\n")]);
    let mut columns = price();
    columns.push(column("name", Type::Str.nullable()));
    let entry = with(dataset("t.csv", columns), "delimiter", Value::Str(";".into()));
    let entry = with(entry, "quote", Value::Str("'".into()));
    let entry = with(entry, "nulls", Value::List(vec![Value::Str("NA".into())]));
    let loaded = gml_connect::read(&entry, folder.path()).unwrap();
    assert_eq!(cells(&loaded, "price"), ["null", "0.5", "1.0"]);
    assert_eq!(cells(&loaded, "name"), ["\"a;b\"", "null", "\"NA\""]);
    let wrong = with(dataset("t.csv", price()), "delimiter", Value::Str("||".into()));
    refused(gml_connect::read(&wrong, folder.path()), "GML0902", &["delimiter", "||"]);
}

#[test]
fn an_empty_text_in_quotes_is_a_text_and_without_quotes_null() {
    let columns = || vec![column("id", Type::INT), column("name", Type::Str.nullable())];
    let loaded = read_text("t.csv", "id,name\n1,\n2,\"\"\n", columns()).unwrap();
    assert_eq!(cells(&loaded, "name"), ["null", "\"\""]);
}

#[test]
fn files_of_a_pattern_are_read_in_name_order_and_named_in_faults() {
    let files: [(&str, &[u8]); 3] =
        [("d/b.csv", b"id,price\n3,\n"), ("d/a.csv", b"price,id\n,1\n,2\n"), ("d/c.csv", b"id,price\nx,1\n")];
    let folder = folder(&files[..2]);
    let loaded = gml_connect::read(&dataset("d/*.csv", price()), folder.path()).unwrap();
    assert_eq!(cells(&loaded, "id"), ["1", "2", "3"]);
    assert_eq!(loaded.files.len(), 2);
    fs::write(folder.path().join("d/c.csv"), files[2].1).unwrap();
    refused(gml_connect::read(&dataset("d/*.csv", price()), folder.path()), "GML0905", &["c.csv", "line 2"]);
    fs::write(folder.path().join("d/c.csv"), "id\n1\n").unwrap();
    refused(gml_connect::read(&dataset("d/*.csv", price()), folder.path()), "GML0904", &["c.csv", "`price`"]);
}

#[test]
fn a_missing_file_and_a_pattern_without_match_say_what_is_there() {
    let folder = folder(&[("data/orders.csv", b"id,price\n")]);
    refused(gml_connect::read(&dataset("data/order.csv", price()), folder.path()), "GML0901", &["`orders.csv`"]);
    refused(
        gml_connect::read(&dataset("dat/*.csv", price()), folder.path()),
        "GML0901",
        &["dat does not exist", "`data`"],
    );
    refused(gml_connect::read(&dataset("data", price()), folder.path()), "GML0902", &["is a folder", "`data/*`"]);
}

#[test]
fn nested_columns_are_refused() {
    let columns = vec![column("tags", list(list(Type::Str)))];
    refused(read_text("t.csv", "tags\n[]\n", columns), "GML0511", &["`tags`", "list[list[str]]", "Parquet"]);
}

#[test]
fn the_items_of_a_list_stand_in_one_cell() {
    let columns = || vec![column("id", Type::INT), column("sizes", list(Type::INT).nullable())];
    let loaded = read_text("t.csv", "id,sizes\n1,3 4 5\n2,\n3,\"\"\n4,7\n", columns()).unwrap();
    let sizes = loaded.frame.column("sizes").unwrap();
    let lengths = (0..sizes.len()).map(|row| match sizes.get(row).unwrap() {
        AnyValue::List(items) => Some(items.len()),
        _ => None,
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [Some(3), None, Some(0), Some(1)]);
    refused(read_text("t.csv", "id,sizes\n1,3 x 5\n", columns()), "GML0905", &["sizes", "x"]);
}

//! Headers and footers held against a schema.

use std::fs;

use gml_connect::check_headers;
use gml_ir::Type;
use polars::prelude::*;

use crate::support::*;

#[test]
fn csv_headers_are_checked_without_their_rows() {
    let folder = folder(&[("t.csv", b"id,\"two\nlines\",price\nthis is,no,row of numbers\n"), ("empty.csv", b"")]);
    let check = |path: &str, columns| check_headers(&dataset(path, columns), folder.path());
    assert_eq!(check("t.csv", vec![column("id", Type::INT), named("x", "two\nlines", Type::INT)]).unwrap().len(), 1);
    let fault = check("t.csv", vec![column("prise", Type::Float)]).unwrap_err();
    assert_eq!(fault.code, "GML0904");
    assert!(whole(&fault).contains("`price`") && whole(&fault).contains("t.csv"), "{}", whole(&fault));
    assert_eq!(check("empty.csv", vec![column("id", Type::INT)]).unwrap_err().code, "GML0914");
    assert_eq!(check("none.csv", vec![column("id", Type::INT)]).unwrap_err().code, "GML0901");
}

#[test]
fn parquet_footers_are_checked_with_their_types() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("t.parquet"), df!("id" => [1_i32], "name" => ["a"]).unwrap());
    let check = |columns| check_headers(&dataset("*.parquet", columns), folder.path());
    assert!(check(vec![column("id", Type::INT), column("name", Type::Str)]).is_ok());
    assert_eq!(check(vec![column("name", Type::INT)]).unwrap_err().code, "GML0913");
    assert_eq!(check(vec![column("nam", Type::Str)]).unwrap_err().code, "GML0904");
    fs::write(folder.path().join("u.parquet"), "no parquet").unwrap();
    let fault = check(vec![column("id", Type::INT)]).unwrap_err();
    assert_eq!(fault.code, "GML0903");
    assert!(whole(&fault).contains("u.parquet"));
}

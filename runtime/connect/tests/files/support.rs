//! Datasets and files for the tests.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gml_connect::{Fault, Loaded};
use gml_ir::{
    Column as Declared, Connector, Contract, ContractRule, Dataset, Location, OnViolation, Parsed, Row, Type, Value,
};
use polars::prelude::*;

pub fn column(name: &str, ty: Type) -> Declared {
    Declared::new(name, ty)
}

pub fn named(name: &str, stored: &str, ty: Type) -> Declared {
    let mut column = Declared::new(name, ty);
    column.stored_name = Some(stored.into());
    column
}

pub fn parsed(name: &str, ty: Type, parsed: Parsed) -> Declared {
    let mut column = Declared::new(name, ty);
    column.parsed = Some(parsed);
    column
}

pub fn ruled(name: &str, ty: Type, rule: ContractRule, text: &str) -> Declared {
    Declared::new(name, ty).with_contracts(vec![Contract { rule, text: text.into() }])
}

pub fn format(text: &str) -> Parsed {
    Parsed::Format(text.into())
}

pub fn structure(columns: Vec<Declared>) -> Type {
    Type::Struct(Arc::new(Row::of(columns)))
}

pub fn list(item: Type) -> Type {
    Type::List(Arc::new(item))
}

pub fn dataset(path: &str, columns: Vec<Declared>) -> Dataset {
    let format = if path.ends_with(".parquet") {
        "parquet"
    } else if path.ends_with(".jsonl") {
        "jsonl"
    } else {
        "csv"
    };
    Dataset {
        name: "orders".into(),
        ty: Type::table(Row::of(columns)),
        connector: Connector { name: format.into(), args: vec![("path".into(), Value::Str(path.into()))] },
        on_violation: OnViolation::Fail,
        location: Location::default(),
    }
}

pub fn with(mut dataset: Dataset, name: &str, value: Value) -> Dataset {
    dataset.connector.args.push((name.into(), value));
    dataset
}

pub fn tolerating(mut dataset: Dataset, on_violation: OnViolation) -> Dataset {
    dataset.on_violation = on_violation;
    dataset
}

pub fn unique(mut dataset: Dataset, names: &[&str]) -> Dataset {
    let Type::Table(table) = &mut dataset.ty else { panic!("no table") };
    Arc::make_mut(&mut table.row).unique.push(names.iter().map(|name| Arc::from(*name)).collect());
    dataset
}

pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Reads a table of one file.
pub fn read_text(name: &str, text: &str, columns: Vec<Declared>) -> Result<Loaded, Fault> {
    let folder = folder(&[(name, text.as_bytes())]);
    gml_connect::read(&dataset(name, columns), folder.path())
}

pub fn parquet(path: &Path, mut frame: DataFrame) {
    ParquetWriter::new(fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

/// Reads a Parquet file with this frame in it.
pub fn read_frame(frame: DataFrame, columns: Vec<Declared>) -> Result<Loaded, Fault> {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("t.parquet"), frame);
    gml_connect::read(&dataset("t.parquet", columns), folder.path())
}

/// The cells of a column as text.
pub fn cells(loaded: &Loaded, column: &str) -> Vec<String> {
    let column = loaded.frame.column(column).unwrap();
    (0..column.len()).map(|row| column.get(row).unwrap().to_string()).collect()
}

/// All that a user is shown of a fault.
pub fn whole(fault: &Fault) -> String {
    format!("{} {fault}\n{}\n{}", fault.code, fault.details.join("\n"), fault.help.clone().unwrap_or_default())
}

#[track_caller]
pub fn refused(result: Result<Loaded, Fault>, code: &str, parts: &[&str]) {
    let fault = result.map(|loaded| loaded.frame).expect_err("it should be refused");
    let text = whole(&fault);
    assert_eq!(fault.code, code, "{text}");
    assert!(fault.help.is_some(), "no help: {text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

//! Columns in the names of folders: `year=2021/month=1/part.parquet`.

use std::sync::Arc;

use gml_ir::{BinaryOp, Column as Declared, Row, Value};
use polars::prelude::*;

use super::wanted::Bound;
use crate::cell::Builder;
use crate::query::guarded;
use crate::{Fault, code};

/// A column that is the same in all rows of a file, by its name, and the text that it has; `None` is null.
pub(super) type Constant = (Arc<str>, Option<String>);

/// What a folder is called whose rows have no value.
pub(super) const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The texts of the columns, from the names of the folders that a file lies in.
///
/// # Errors
/// Where one of them has no folder.
pub(super) fn of(path: &str, columns: &[Arc<str>]) -> Result<Vec<Constant>, Fault> {
    let folders: Vec<(&str, &str)> = path.rsplit('/').skip(1).filter_map(|folder| folder.split_once('=')).collect();
    columns
        .iter()
        .map(|column| match folders.iter().find(|(name, _)| decoded(name) == **column) {
            Some((_, NULL)) => Ok((column.clone(), None)),
            Some((_, value)) => Ok((column.clone(), Some(decoded(value)))),
            None => Err(Fault::new(code::NOT_PARTITIONED, format!("{path} lies in no folder `{column}=..`"))
                .help("take the column out of `partitioned_by`, or the file out of the folder")),
        })
        .collect()
}

/// The columns of a file that are the same in all of its rows, as columns of one row.
///
/// # Errors
/// Where a text is none of its column's type.
pub(super) fn constants(row: &Row, texts: &[Constant]) -> Result<Vec<Column>, Fault> {
    let column = |(name, text): &Constant| {
        let declared = row.columns.iter().find(|column| column.name == *name)?;
        Some(constant(declared, text.as_deref()))
    };
    texts.iter().filter_map(column).collect()
}

fn constant(declared: &Declared, text: Option<&str>) -> Result<Column, Fault> {
    let refused = || {
        let text = format!("{:?} is no {}", text.unwrap_or_default(), declared.ty.non_null());
        Fault::new(code::VALUE_DOES_NOT_PARSE, format!("the column `{}` of the folders: {text}", declared.name))
            .help("declare the column with the type that all of its folders have")
    };
    let mut builder = Builder::of(declared).ok_or_else(refused)?;
    match text {
        Some(text) => builder.push_text(text).map_err(|_| refused())?,
        None => builder.push_null(),
    }
    guarded(|| builder.finish((&*declared.name).into())).map(IntoColumn::into_column)
}

/// Whether a bound excludes all rows that have these columns.
pub(super) fn exclude(constants: &[Column], bounds: &[Bound]) -> bool {
    bounds.iter().any(|bound| {
        let column = constants.iter().find(|column| *column.name().as_str() == *bound.column);
        column.and_then(|column| holds(&column.get(0).ok()?, bound)) == Some(false)
    })
}

/// Whether a value keeps a bound; nothing where they cannot be compared.
fn holds(value: &AnyValue<'_>, bound: &Bound) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (value, &bound.value) {
        // A comparison with null is never true.
        (AnyValue::Null, _) => return Some(false),
        (AnyValue::Boolean(one), Value::Bool(other)) => one.cmp(other),
        (AnyValue::String(one), Value::Str(other)) => (*one).cmp(&**other),
        (AnyValue::StringOwned(one), Value::Str(other)) => one.as_str().cmp(&**other),
        (AnyValue::Date(one), Value::Date(other)) => one.cmp(other),
        (AnyValue::Datetime(one, _, _) | AnyValue::DatetimeOwned(one, _, _), Value::Timestamp(other)) => one.cmp(other),
        (one, Value::Int(other)) if one.is_integer() => one.extract::<i128>()?.cmp(&i128::from(*other)),
        _ => return None,
    };
    Some(match bound.op {
        BinaryOp::Equal => order == Equal,
        BinaryOp::Less => order == Less,
        BinaryOp::LessEqual => order != Greater,
        BinaryOp::Greater => order == Greater,
        BinaryOp::GreaterEqual => order != Less,
        _ => return None,
    })
}

/// The name of the folder of a value; `None` is null.
pub(super) fn folder(column: &str, value: Option<&str>) -> String {
    format!("{}={}", encoded(column), value.map_or_else(|| NULL.to_owned(), encoded))
}

/// A text as part of a path, as Hive writes it.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || "\"#%'*/:=?\\{}[]^".contains(letter) {
            let mut bytes = [0; 4];
            letter.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        } else {
            out.push(letter);
        }
    }
    out
}

/// The text that a part of a path stands for.
pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_and_written() {
        let columns: Vec<Arc<str>> = vec!["day".into(), "where".into()];
        let found = of("s3://b/t/day=2021-01-01/where=a%2Fb c/x.parquet", &columns).unwrap();
        assert_eq!(found, [("day".into(), Some("2021-01-01".into())), ("where".into(), Some("a/b c".into()))]);
        assert_eq!(folder("where", Some("a/b c=%")), "where=a%2Fb c%3D%25");
        assert_eq!(decoded("a%2Fb c%3D%25%zz"), "a/b c=%%zz");
        assert_eq!(of("day=__HIVE_DEFAULT_PARTITION__/x", &columns[..1]).unwrap(), [("day".into(), None)]);
        assert_eq!(of("day=1/x", &columns).unwrap_err().code, code::NOT_PARTITIONED);
    }
}

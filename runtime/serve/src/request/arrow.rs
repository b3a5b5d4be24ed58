//! Streams of Arrow, in and out.

use gml_connect::{ArrowFault, UnreadColumn, fault, guarded, read_arrow_stream};
use gml_ir::Type;
use gml_operators::expr::{dtype, type_of};
use polars::prelude::{ChunkCompareEq, Column, DataFrame, DataType, IpcStreamWriter, SerWriter, Series};

use crate::refusal::{Refusal, Violation, Violations};
use crate::rows::{contracts, short, shown};
use crate::signature::{Expected, Named, Signature};

/// The rows of a body.
///
/// # Errors
/// Where it is no stream of Arrow (400), or does not fit the signature (422).
pub(super) fn read(body: &[u8], signature: &Signature) -> Result<DataFrame, Refusal> {
    let mut violations = Violations::default();
    let frame = match read_arrow_stream(body) {
        Ok(frame) => frame,
        Err(ArrowFault::Damaged(fault)) => {
            return Err(Refusal::malformed(format!("the body is no stream of Arrow: {}", fault.message)));
        }
        Err(ArrowFault::Unread(unread)) => {
            for UnreadColumn { column, row, rule, why } in unread {
                add(&mut violations, row, &short(&column), rule, why);
            }
            return Err(violations.refusal());
        }
    };
    for name in frame.get_column_names() {
        if signature.named(name) == Named::Unknown {
            let message = if violations.is_full() { String::new() } else { signature.hint(name) };
            add(&mut violations, None, name, "unknown column", message);
        }
    }
    let mut columns = Vec::with_capacity(signature.columns().len());
    for known in signature.columns() {
        let name = &known.column.name;
        let Some(wanted) = dtype(&known.column.ty) else {
            return Err(Refusal::internal("the signature of the model has a column whose values cannot be sent"));
        };
        match frame.column(name) {
            Ok(found) => {
                columns
                    .extend(typed(found.as_materialized_series(), known, &wanted, &mut violations).map(Column::from));
            }
            Err(_) if known.is_nullable() => {
                columns.push(Column::full_null((&**name).into(), frame.height(), &wanted));
            }
            Err(_) => {
                let message = format!("the rows lack the column, which is {}", known.column.ty);
                add(&mut violations, None, name, "missing column", message);
            }
        }
    }
    let rows = DataFrame::new(frame.height(), columns).map_err(|error| Refusal::of_fault(&fault(&error)))?;
    // Columns with other values than theirs are not there.
    violations.extend(contracts(&rows, signature, &vec![false; signature.columns().len()])?);
    if violations.is_empty() { Ok(rows) } else { Err(violations.refusal()) }
}

fn add(violations: &mut Violations, row: Option<usize>, column: &str, rule: &str, message: String) {
    violations.add(Violation { row, column: Some(column.to_owned()), rule: rule.to_owned(), message });
}

/// The column in the type of the signature, where no value is lost on the way.
fn typed(found: &Series, known: &Expected, wanted: &DataType, violations: &mut Violations) -> Option<Series> {
    let (name, ty) = (&known.column.name, &known.column.ty);
    let series = if found.dtype() == wanted {
        found.clone()
    } else if converts(found.dtype(), wanted) {
        let Ok(cast) = guarded(|| found.cast(wanted)) else { return refused(found, known, violations) };
        let back = guarded(|| cast.cast(found.dtype()));
        let same = back.and_then(|back| guarded(|| found.equal_missing(&back)));
        let lost = same.map(|same| same.iter().position(|same| same != Some(true)));
        match lost {
            Ok(None) => cast,
            Ok(Some(row)) => {
                let text = format!("{} is no {}", shown(found, row), ty.non_null());
                add(violations, Some(row + 1), name, &ty.non_null().to_string(), text);
                return None;
            }
            Err(_) => return refused(found, known, violations),
        }
    } else {
        return refused(found, known, violations);
    };
    if !known.is_nullable()
        && let Some(row) = series.is_null().iter().position(|null| null == Some(true))
    {
        let text = format!("it is null, and the column is {ty}, which has no null");
        add(violations, Some(row + 1), name, "never null", text);
        return None;
    }
    if let (Some(listed), Ok(texts)) = (&known.listed, series.str())
        && let Some(row) = texts.iter().position(|text| text.is_some_and(|text| !listed.contains(text)))
    {
        let text = format!("{} is none of the values of the enum", shown(&series, row));
        add(violations, Some(row + 1), name, &ty.non_null().to_string(), text);
        return None;
    }
    Some(series)
}

fn refused(found: &Series, known: &Expected, violations: &mut Violations) -> Option<Series> {
    let ty = known.column.ty.non_null();
    let held = match type_of(found.dtype()) {
        Type::Unknown => "values of another type".to_owned(),
        other => other.to_string(),
    };
    add(violations, None, &known.column.name, &ty.to_string(), format!("the column holds {held}"));
    None
}

/// Whether values of one type can be those of another, if they fit.
fn converts(from: &DataType, to: &DataType) -> bool {
    let number = |dtype: &DataType| dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..));
    match (from, to) {
        (DataType::Null, _)
        | (DataType::Datetime(..), DataType::Datetime(..))
        | (DataType::Duration(_), DataType::Duration(_))
        | (DataType::Categorical(..) | DataType::Enum(..), DataType::String) => true,
        (DataType::List(from) | DataType::Array(from, _), DataType::List(to) | DataType::Array(to, _)) => {
            from == to || converts(from, to)
        }
        _ => number(from) && number(to),
    }
}

/// A stream of Arrow with these rows.
///
/// # Errors
/// Where the table engine cannot write it.
pub(crate) fn write(frame: &DataFrame) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut frame = frame.clone();
    guarded(|| IpcStreamWriter::new(&mut bytes).finish(&mut frame)).map_err(|fault| Refusal::of_fault(&fault))?;
    Ok(bytes)
}

//! The rules of a column as marks on the rows that break them.

use gml_ir::{BinaryOp, Column, Contract, ContractRule, Decimal, Type, Value};
use polars::prelude::*;

use crate::nested::{either, lift_list};
use crate::{Fault, code};

/// The rule of a type without a `?`.
pub(crate) const NEVER_NULL: &str = "is never null";

/// A rule that rows break.
pub(crate) struct Broken {
    /// The rule as it was written.
    pub(crate) rule: String,
    /// The code of the fault.
    pub(crate) code: &'static str,
    /// The rows.
    pub(crate) marks: BooleanChunked,
}

/// What of a column's rules is broken.
pub(crate) fn broken(series: &Series, column: &Column) -> Result<Vec<Broken>, Fault> {
    let mut broken = Vec::new();
    let mut add = |rule: String, code, marks: Option<BooleanChunked>| {
        if let Some(marks) = marks.filter(|marks| marks.any()) {
            broken.push(Broken { rule, code, marks });
        }
    };
    let nulls = null_marks(series, &column.ty)?;
    if nulls.as_ref().is_some_and(BooleanChunked::any) {
        add(never_null(series, &column.ty)?, code::NULL_IN_COLUMN, nulls);
    }
    let unlisted = enum_marks(series, &column.ty)?;
    add(format!("is one of {}", column.ty.non_null()), code::ENUM_VALUE_NOT_LISTED, unlisted);
    for contract in &column.contracts {
        add(contract.text.to_string(), code::CONTRACT_VIOLATED, Some(contract_marks(series, contract)?));
    }
    for (rule, marks) in inner_contracts(series, &column.ty)? {
        add(rule, code::CONTRACT_VIOLATED, Some(marks));
    }
    Ok(broken)
}

/// Nulls where the type has none, at any depth.
fn null_marks(series: &Series, ty: &Type) -> Result<Option<BooleanChunked>, Fault> {
    let own = (!ty.is_nullable() && !ty.is_silent() && series.null_count() > 0).then(|| series.is_null());
    let inner = nested_marks(series, ty, &null_marks)?;
    Ok(either(own, inner))
}

/// The rule that a null breaks: of the column itself, or of the first of what lies in it.
fn never_null(series: &Series, ty: &Type) -> Result<String, Fault> {
    let is_own = !ty.is_nullable() && !ty.is_silent() && series.null_count() > 0;
    let path = if is_own { String::new() } else { inner_null(series, ty)?.unwrap_or_default() };
    Ok(match path.strip_prefix('.') {
        _ if path.is_empty() => NEVER_NULL.into(),
        Some(field) => format!("its {field} {NEVER_NULL}"),
        None => format!("its {path} {NEVER_NULL}"),
    })
}

/// Where the first null lies that breaks a rule within the values: `.city`, `[..]`, `[..].value`.
fn inner_null(series: &Series, ty: &Type) -> Result<Option<String>, Fault> {
    let wrong = |error: PolarsError| crate::query::fault(&error);
    let parts = match ty.non_null() {
        Type::List(item) => vec![("[..]".to_owned(), series.list().map_err(wrong)?.get_inner(), &**item)],
        Type::Struct(row) => {
            let structs = series.struct_().map_err(wrong)?;
            let fields = row.columns.iter().map(|column| {
                Ok((format!(".{}", column.name), structs.field_by_name(&column.name).map_err(wrong)?, &column.ty))
            });
            fields.collect::<Result<_, Fault>>()?
        }
        _ => Vec::new(),
    };
    for (step, values, ty) in parts {
        // Fields of a struct that is null are null and break nothing.
        let there = if series.null_count() > 0 && matches!(series.dtype(), DataType::Struct(_)) {
            values.filter(&series.is_not_null()).map_err(wrong)?
        } else {
            values
        };
        if !ty.is_nullable() && !ty.is_silent() && there.null_count() > 0 {
            return Ok(Some(step));
        }
        if let Some(path) = inner_null(&there, ty)? {
            return Ok(Some(format!("{step}{path}")));
        }
    }
    Ok(None)
}

/// Texts that an enum does not list, at any depth.
fn enum_marks(series: &Series, ty: &Type) -> Result<Option<BooleanChunked>, Fault> {
    if let Type::Enum(values) = ty.non_null() {
        let texts = series.str().map_err(|error| crate::query::fault(&error))?;
        let mut last = (None, false);
        let marks: BooleanChunked = texts
            .iter()
            .map(|text| {
                if last.0 != text {
                    last = (text, text.is_some_and(|text| !values.iter().any(|value| &**value == text)));
                }
                Some(last.1)
            })
            .collect();
        return Ok(Some(marks));
    }
    nested_marks(series, ty, &enum_marks)
}

/// The contracts of the fields of structs, at any depth, with marks on the rows that break them.
fn inner_contracts(series: &Series, ty: &Type) -> Result<Vec<(String, BooleanChunked)>, Fault> {
    let wrong = |error: PolarsError| crate::query::fault(&error);
    let mut found = Vec::new();
    match ty.non_null() {
        Type::List(item) if has_contracts(item) => {
            let list = series.list().map_err(wrong)?;
            for (rule, marks) in inner_contracts(&list.get_inner(), item)? {
                found.push((rule, lift_list(list, &marks)));
            }
        }
        Type::Struct(row) if has_contracts(ty) => {
            let structs = series.struct_().map_err(wrong)?;
            for column in &row.columns {
                let field = structs.field_by_name(&column.name).map_err(wrong)?;
                for contract in &column.contracts {
                    found.push((format!("its {} {}", column.name, contract.text), contract_marks(&field, contract)?));
                }
                found.extend(inner_contracts(&field, &column.ty)?);
            }
            if series.null_count() > 0 {
                let there = series.is_not_null();
                found.iter_mut().for_each(|(_, marks)| *marks = &*marks & &there);
            }
        }
        _ => {}
    }
    Ok(found)
}

fn has_contracts(ty: &Type) -> bool {
    match ty.non_null() {
        Type::List(item) => has_contracts(item),
        Type::Struct(row) => row.columns.iter().any(|column| !column.contracts.is_empty() || has_contracts(&column.ty)),
        _ => false,
    }
}

type Marking = dyn Fn(&Series, &Type) -> Result<Option<BooleanChunked>, Fault>;

fn nested_marks(series: &Series, ty: &Type, marking: &Marking) -> Result<Option<BooleanChunked>, Fault> {
    let wrong = |error: PolarsError| crate::query::fault(&error);
    match ty.non_null() {
        Type::List(item) if needs_marks(item) => {
            let list = series.list().map_err(wrong)?;
            // Items behind null lists and outside of the slices are not part of the column.
            let items = marking(&list.get_inner(), item)?.filter(|marks| marks.any());
            Ok(items.map(|marks| lift_list(list, &marks)))
        }
        Type::Struct(row) => {
            let structs = series.struct_().map_err(wrong)?;
            let mut marks = None;
            for column in row.columns.iter().filter(|column| needs_marks(&column.ty)) {
                let field = structs.field_by_name(&column.name).map_err(wrong)?;
                marks = either(marks, marking(&field, &column.ty)?);
            }
            // A null struct has null fields, which break nothing.
            Ok(marks.map(|marks| if series.null_count() > 0 { marks & series.is_not_null() } else { marks }))
        }
        _ => Ok(None),
    }
}

fn needs_marks(ty: &Type) -> bool {
    match ty {
        Type::Nullable(inner) => match &**inner {
            Type::Enum(_) | Type::List(_) | Type::Struct(_) => needs_marks(inner),
            _ => false,
        },
        Type::Unknown | Type::Error => false,
        _ => true,
    }
}

/// Rows whose value breaks the contract; null breaks none.
fn contract_marks(series: &Series, contract: &Contract) -> Result<BooleanChunked, Fault> {
    if matches!(series.dtype(), DataType::Decimal(..)) {
        let numbers = crate::decimal::numbers(series)?;
        return Ok(numbers
            .into_iter()
            .map(|number| Some(number.is_some_and(|number| !holds(&contract.rule, number))))
            .collect());
    }
    let name = series.name().clone();
    let value = || col(name.clone());
    let dtype = series.dtype().clone();
    let constant = |constant: &Value| literal(constant).cast(dtype.clone());
    let holds = match &contract.rule {
        ContractRule::InRange { start, end, inclusive } => {
            let end = constant(end);
            let below = if *inclusive { value().lt_eq(end) } else { value().lt(end) };
            value().gt_eq(constant(start)).and(below)
        }
        ContractRule::OneOf(values) => values
            .iter()
            .map(|item| value().eq(constant(item)))
            .reduce(|either, other| either.or(other))
            .unwrap_or_else(|| lit(false)),
        ContractRule::Compare(operator, right) => match operator {
            BinaryOp::Equal => value().eq(constant(right)),
            BinaryOp::NotEqual => value().neq(constant(right)),
            BinaryOp::Less => value().lt(constant(right)),
            BinaryOp::LessEqual => value().lt_eq(constant(right)),
            BinaryOp::Greater => value().gt(constant(right)),
            _ => value().gt_eq(constant(right)),
        },
        ContractRule::Matches(pattern) => value().str().contains(lit(pattern.to_string()), true),
    };
    let not_a_number = if dtype.is_float() { value().is_nan().fill_null(lit(false)) } else { lit(false) };
    let breaks = holds.fill_null(lit(true)).not().or(not_a_number).alias("breaks");
    let frame = series.clone().into_frame().lazy().select([breaks]);
    let frame = crate::query::collect(frame)?;
    let marks = frame.column("breaks").and_then(|marks| marks.bool().cloned());
    let marks = marks.map_err(|error| crate::query::fault(&error))?;
    // A constant condition comes back as a single row.
    Ok(if marks.len() == series.len() { marks } else { marks.new_from_index(0, series.len()) })
}

/// Whether a decimal satisfies a rule, which may have other digits than it.
fn holds(rule: &ContractRule, number: Decimal) -> bool {
    rule.holds(|bound| bound.as_decimal().map(|bound| number.compare(bound)), |_| false)
}

/// A constant of a contract; the caller casts it to the type of the column.
fn literal(value: &Value) -> Expr {
    match value {
        Value::Bool(truth) => lit(*truth),
        Value::Int(number) => lit(*number),
        Value::Float(number) => lit(*number),
        Value::Str(text) => lit(text.to_string()),
        Value::Date(days) => lit(*days).cast(DataType::Date),
        Value::Time(micros) => lit(*micros * 1_000).cast(DataType::Time),
        Value::Timestamp(micros) => lit(*micros).cast(DataType::Datetime(TimeUnit::Microseconds, None)),
        Value::Duration(micros) => lit(*micros).cast(DataType::Duration(TimeUnit::Microseconds)),
        Value::Size(bytes) => lit(*bytes),
        _ => lit(NULL),
    }
}

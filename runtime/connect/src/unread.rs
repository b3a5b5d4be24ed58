//! Columns of Arrow that the reader of polars stops at, or takes for something else.
//!
//! What lives here: the types that it does not know, held against the schema before it reads, and times that it multiplies until they no
//! longer fit, held against the values. What does not: sizes that cannot be (`claims`), and what rows must be.

use std::collections::HashSet;
use std::fmt;
use std::io::{Read, Seek};

use polars::prelude::{ArrayRef, PolarsResult, TimeZone};
use polars_arrow::array::{Array, FixedSizeListArray, ListArray, MapArray, PrimitiveArray, StructArray};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::io::ipc::format::ipc::planus::{self, Vector};
use polars_arrow::io::ipc::format::ipc::{self, FieldRef, Precision, SchemaRef, TypeRef};
use polars_arrow::io::ipc::read::{StreamReader, StreamState, read_stream_metadata};

use crate::{Fault, code};

/// The rule that a column breaks whose type is not read.
const TYPE: &str = "a type that is read";
/// The rule that a column breaks whose name another one has.
const NAME: &str = "named once";
/// Columns that are named at most.
const SHOWN: usize = 20;
/// The most digits of a decimal.
const DIGITS: i32 = 38;
/// Values that polars takes for addresses in the memory of the process that wrote them.
const OBJECT: &str = "_POLARS_PYTHON_OBJECT";

/// A column that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadColumn {
    /// The column of the table.
    pub column: String,
    /// The row, from 1, where it is one value that is wrong.
    pub row: Option<usize>,
    /// The rule that it breaks: `a type that is read`, `named once`, a type of times.
    pub rule: &'static str,
    /// What is wrong, and what to do.
    pub why: String,
}

impl fmt::Display for UnreadColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row.map(|row| format!("row {row}, ")).unwrap_or_default();
        write!(f, "{row}column `{}`: {}", self.column, self.why)
    }
}

/// Why the rows of a stream of Arrow cannot be read.
#[derive(Clone, Debug)]
pub enum ArrowFault {
    /// It is no such stream, or cut off or damaged.
    Damaged(Fault),
    /// It is one, with columns that are not read.
    Unread(Vec<UnreadColumn>),
}

impl From<ArrowFault> for Fault {
    fn from(fault: ArrowFault) -> Self {
        match fault {
            ArrowFault::Damaged(fault) => fault,
            ArrowFault::Unread(columns) => {
                let text = columns.first().map(ToString::to_string).unwrap_or_default();
                Self::new(code::NOT_ARROW, text)
            }
        }
    }
}

/// The columns of a schema that are not read; the first of them where there are many.
pub(crate) fn of_schema(schema: &SchemaRef<'_>) -> PolarsResult<Vec<UnreadColumn>> {
    let (mut unread, mut names) = (Vec::new(), HashSet::new());
    for field in schema.fields()?.into_iter().flatten() {
        let field: FieldRef<'_> = field?;
        let column = field.name()?.unwrap_or_default();
        let mut add = |rule, why| unread.push(UnreadColumn { column: column.to_owned(), row: None, rule, why });
        if !names.insert(column) {
            add(NAME, "the rows have the column twice: leave one of them out".to_owned());
        } else if let Some(why) = of_field(&field, true)? {
            add(TYPE, why);
        }
        if unread.len() == SHOWN {
            break;
        }
    }
    Ok(unread)
}

/// Why a field is not read, or a part of it.
fn of_field(field: &FieldRef<'_>, is_column: bool) -> PolarsResult<Option<String>> {
    let Some(ty) = field.type_()? else { return Ok(None) };
    for pair in field.custom_metadata()?.into_iter().flatten() {
        if pair?.value()? == Some(OBJECT) {
            return Ok(Some(
                "it holds objects of Python, which mean nothing outside of the process that made them".to_owned(),
            ));
        }
    }
    let is_encoded = field.dictionary()?.is_some();
    let held = match &ty {
        TypeRef::FloatingPoint(float) if float.precision()? == Precision::Half => {
            "floats of 16 bits: send float32".to_owned()
        }
        TypeRef::Union(_) => "a union: send a column for each of its types".to_owned(),
        TypeRef::RunEndEncoded(_) => "values by runs (run-end encoded): send the values themselves".to_owned(),
        TypeRef::ListView(_) | TypeRef::LargeListView(_) => "views of lists: send lists".to_owned(),
        TypeRef::Interval(_) => "intervals of the calendar: send durations, or numbers".to_owned(),
        TypeRef::Timestamp(time) => match time.timezone()?.filter(|zone| !is_zone(zone)) {
            Some(zone) => format!("times of the zone {zone:?}, which is unknown: send them as UTC"),
            None if is_encoded => "a dictionary of times: send the values themselves".to_owned(),
            None => return Ok(None),
        },
        TypeRef::Time(_) | TypeRef::Duration(_) if is_encoded => {
            "a dictionary of times: send the values themselves".to_owned()
        }
        TypeRef::Decimal(decimal) if !(1..=DIGITS).contains(&decimal.precision()?) => {
            format!("decimals of {} digits: {DIGITS} are the most", decimal.precision()?)
        }
        // Within other types their bytes would be taken for those of the only width that is known there.
        TypeRef::Decimal(decimal) if !is_column && decimal.bit_width()? != 128 => {
            format!("decimals of {} bits within another type: send 128", decimal.bit_width()?)
        }
        _ => return of_parts(field.children()?, matches!(ty, TypeRef::Struct(_))),
    };
    Ok(Some(format!("the column holds {held}")))
}

fn of_parts(parts: Option<Vector<'_, planus::Result<FieldRef<'_>>>>, are_named: bool) -> PolarsResult<Option<String>> {
    let mut names = HashSet::new();
    for part in parts.into_iter().flatten() {
        let part: FieldRef<'_> = part?;
        let name = part.name()?.unwrap_or_default();
        if are_named && !names.insert(name) {
            return Ok(Some(format!("it has the field `{name}` twice: leave one of them out")));
        }
        if let Some(why) = of_field(&part, false)? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

fn is_zone(zone: &str) -> bool {
    // A star stands for any zone in selectors of polars, and for none in data.
    zone != "*" && TimeZone::opt_try_new(Some(zone)).is_ok()
}

/// Whether values of a schema may be multiplied when they are read.
pub(crate) fn has_times(schema: &SchemaRef<'_>) -> PolarsResult<bool> {
    any_times(schema.fields()?)
}

fn any_times(fields: Option<Vector<'_, planus::Result<FieldRef<'_>>>>) -> PolarsResult<bool> {
    for field in fields.into_iter().flatten() {
        let field: FieldRef<'_> = field?;
        let is_time = match field.type_()? {
            Some(TypeRef::Timestamp(time)) => time.unit()? == ipc::TimeUnit::Second,
            Some(TypeRef::Duration(time)) => time.unit()? == ipc::TimeUnit::Second,
            Some(TypeRef::Time(_)) => true,
            _ => false,
        };
        if is_time || any_times(field.children()?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first value of each column of a stream that is not what polars would make of it.
pub(crate) fn of_values(mut reader: impl Read + Seek) -> PolarsResult<Vec<UnreadColumn>> {
    let metadata = read_stream_metadata(&mut reader)?;
    let names: Vec<String> = metadata.schema.iter_names().map(ToString::to_string).collect();
    let mut found: Vec<Option<UnreadColumn>> = vec![None; names.len()];
    let mut before = 0;
    for state in StreamReader::new(reader, metadata, None) {
        let StreamState::Some(batch) = state? else { break };
        for ((array, name), found) in batch.arrays().iter().zip(&names).zip(&mut found) {
            if found.is_none() {
                *found = of_column(name, &**array, before);
            }
        }
        before += batch.len();
    }
    Ok(found.into_iter().flatten().take(SHOWN).collect())
}

/// The first value of a column that is not what polars would make of it; so many rows came before.
pub(crate) fn of_column(name: &str, array: &dyn Array, before: usize) -> Option<UnreadColumn> {
    let Misfit { row, rule, why } = of_array(array)?;
    Some(UnreadColumn { column: name.to_owned(), row: row.map(|row| before + row + 1), rule, why })
}

/// A value that is not read as what it is.
struct Misfit {
    /// Its place; none within another type.
    row: Option<usize>,
    rule: &'static str,
    why: String,
}

fn of_array(array: &dyn Array) -> Option<Misfit> {
    const THOUSAND: i64 = 1_000;
    let any = array.as_any();
    let within = |parts: &[ArrayRef]| {
        parts.iter().find_map(|part| of_array(&**part)).map(|misfit| Misfit { row: None, ..misfit })
    };
    let of_seconds = |rule| {
        let numbers = any.downcast_ref::<PrimitiveArray<i64>>()?;
        first(
            numbers.iter().map(Option::<&i64>::copied),
            |seconds| seconds.checked_mul(THOUSAND).is_some(),
            |seconds| (rule, format!("{seconds} seconds are more than a {rule} can hold")),
        )
    };
    let of_day = |numbers: &mut dyn Iterator<Item = Option<i64>>, unit: TimeUnit| {
        let a_day = 86_400 * per_second(unit);
        first(
            numbers,
            |time| (0..a_day).contains(&time),
            |time| ("time", format!("{time} is no time of a day, which has {a_day} {}", unit_name(unit))),
        )
    };
    match array.dtype().to_storage() {
        ArrowDataType::Timestamp(TimeUnit::Second, _) => of_seconds("timestamp"),
        ArrowDataType::Duration(TimeUnit::Second) => of_seconds("duration"),
        ArrowDataType::Time32(unit) => {
            let numbers = any.downcast_ref::<PrimitiveArray<i32>>()?;
            of_day(&mut numbers.iter().map(|number| number.map(|number| i64::from(*number))), *unit)
        }
        ArrowDataType::Time64(unit) => {
            let numbers = any.downcast_ref::<PrimitiveArray<i64>>()?;
            of_day(&mut numbers.iter().map(|number| number.copied()), *unit)
        }
        ArrowDataType::List(_) => within(std::slice::from_ref(any.downcast_ref::<ListArray<i32>>()?.values())),
        ArrowDataType::LargeList(_) => within(std::slice::from_ref(any.downcast_ref::<ListArray<i64>>()?.values())),
        ArrowDataType::FixedSizeList(..) => {
            within(std::slice::from_ref(any.downcast_ref::<FixedSizeListArray>()?.values()))
        }
        ArrowDataType::Map(..) => within(std::slice::from_ref(any.downcast_ref::<MapArray>()?.field())),
        ArrowDataType::Struct(_) => within(any.downcast_ref::<StructArray>()?.values()),
        _ => None,
    }
}

/// The first number that does not fit, and what is said of it.
fn first(
    numbers: impl Iterator<Item = Option<i64>>,
    fits: impl Fn(i64) -> bool,
    told: impl Fn(i64) -> (&'static str, String),
) -> Option<Misfit> {
    let mut numbers = numbers.enumerate();
    let (row, number) = numbers.find_map(|(row, number)| Some((row, number.filter(|number| !fits(*number))?)))?;
    let (rule, why) = told(number);
    Some(Misfit { row: Some(row), rule, why })
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "seconds",
        TimeUnit::Millisecond => "milliseconds",
        TimeUnit::Microsecond => "microseconds",
        TimeUnit::Nanosecond => "nanoseconds",
    }
}

#[cfg(test)]
mod tests {
    use polars_arrow::array::Utf8ViewArray;
    use polars_arrow::bitmap::Bitmap;
    use polars_arrow::datatypes::Field;

    use super::*;

    fn numbers(ty: ArrowDataType, numbers: [i64; 3]) -> PrimitiveArray<i64> {
        PrimitiveArray::new(ty, numbers.to_vec().into(), None)
    }

    fn place(array: &dyn Array) -> Option<(Option<usize>, &'static str)> {
        of_array(array).map(|misfit| (misfit.row, misfit.rule))
    }

    #[test]
    fn seconds_that_do_not_fit_milliseconds_are_found() {
        let most = i64::MAX / 1_000;
        let seconds = ArrowDataType::Timestamp(TimeUnit::Second, None);
        assert_eq!(place(&numbers(seconds.clone(), [0, most, -most])), None);
        for beyond in [most + 1, -most - 1, i64::MAX, i64::MIN] {
            assert_eq!(place(&numbers(seconds.clone(), [0, 1, beyond])), Some((Some(2), "timestamp")), "{beyond}");
        }
        let durations = ArrowDataType::Duration(TimeUnit::Second);
        assert_eq!(place(&numbers(durations, [i64::MAX, 1, 2])), Some((Some(0), "duration")));
        // Those are taken as they are.
        assert_eq!(place(&numbers(ArrowDataType::Timestamp(TimeUnit::Millisecond, None), [i64::MAX, 1, 2])), None);
        let null = Bitmap::from([true, false, true]);
        let hidden = PrimitiveArray::new(seconds, vec![0, i64::MAX, 1].into(), Some(null));
        assert_eq!(place(&hidden), None);
    }

    #[test]
    fn times_are_times_of_a_day() {
        let of = |unit, last| place(&numbers(ArrowDataType::Time64(unit), [0, 1, last]));
        assert_eq!(of(TimeUnit::Microsecond, 86_399_999_999), None);
        for wrong in [86_400_000_000, -1, i64::MAX] {
            assert_eq!(of(TimeUnit::Microsecond, wrong), Some((Some(2), "time")), "{wrong}");
        }
        let short =
            PrimitiveArray::<i32>::new(ArrowDataType::Time32(TimeUnit::Second), vec![86_399, 86_400].into(), None);
        assert_eq!(place(&short), Some((Some(1), "time")));
    }

    #[test]
    fn values_within_other_types_are_looked_at() {
        let seconds = ArrowDataType::Timestamp(TimeUnit::Second, None);
        let wrong = || numbers(seconds.clone(), [0, i64::MAX, 1]).boxed();
        let array = FixedSizeListArray::new(FixedSizeListArray::default_datatype(seconds.clone(), 3), 1, wrong(), None);
        assert_eq!(place(&array), Some((None, "timestamp")));
        let fields = vec![
            Field::new("name".into(), ArrowDataType::Utf8View, true),
            Field::new("seen".into(), seconds.clone(), true),
        ];
        let names = Utf8ViewArray::from_slice_values(["a", "b", "c"]).boxed();
        let array = StructArray::new(ArrowDataType::Struct(fields), 3, vec![names, wrong()], None);
        assert_eq!(place(&array), Some((None, "timestamp")));
    }
}

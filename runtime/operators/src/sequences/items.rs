//! The items of sequences, each with a number.

use std::cmp::Ordering;
use std::sync::OnceLock;

use gml_connect::Fault;
use polars::prelude::{
    BooleanChunked, DataType, IdxCa, Int64Chunked, NewChunkedArray, Series, StringChunked, UInt64Chunked,
};

use crate::frame::fault;

/// Different items: the item with the number 7 is the value at place 7. Texts, whole numbers or bools.
#[derive(Debug)]
pub struct Items {
    /// Of one of the types of [`normal`], in one chunk, without nulls.
    values: Series,
    /// The numbers in the order of the values, for looking a value up. Made when the first one is looked up.
    sorted: OnceLock<Vec<u32>>,
}

impl Items {
    /// The values of a column, which are all different and not null.
    ///
    /// # Errors
    /// GML0999 where they are no texts, whole numbers or bools.
    pub fn new(values: &Series) -> Result<Self, Fault> {
        let values = normal(values)?.with_name("item".into()).rechunk();
        Ok(Self { values, sorted: OnceLock::new() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All of them, in the order of their numbers: texts as text, whole numbers with 64 bits.
    pub fn values(&self) -> &Series {
        &self.values
    }

    /// What kind of values they are, as messages say it.
    pub fn kind(&self) -> &'static str {
        match self.values.dtype() {
            DataType::String => "texts",
            DataType::Boolean => "bools",
            _ => "whole numbers",
        }
    }

    /// The items with these numbers, in that order.
    ///
    /// # Errors
    /// Where a number is that of no item.
    pub fn take(&self, numbers: &[u32]) -> Result<Series, Fault> {
        self.values.take(&IdxCa::from_slice("item".into(), numbers)).map_err(fault)
    }

    /// For each item of `others` its number here; none where it is not among these.
    ///
    /// # Errors
    /// Where the values cannot be read.
    pub fn numbers_of(&self, others: &Items) -> Result<Vec<Option<u32>>, Fault> {
        let (own, other) = (Values::of(&self.values)?, Values::of(&others.values)?);
        let sorted = self.sorted.get_or_init(|| {
            // A frame has fewer rows than u32 has values.
            let mut numbers: Vec<u32> = (0..u32::try_from(own.len()).unwrap_or(u32::MAX)).collect();
            numbers.sort_unstable_by(|left, right| own.get(*left).cmp(&own.get(*right)));
            numbers
        });
        let find = |value: Value<'_>| {
            let place = sorted.binary_search_by(|number| own.get(*number).cmp(&value)).ok()?;
            Some(sorted[place])
        };
        Ok((0..other.len()).map(|place| find(other.get(place as u32))).collect())
    }
}

/// Values in the form in which they are kept: as wide as they can be, so that the same item is found again whatever it was read as.
fn normal(values: &Series) -> Result<Series, Fault> {
    let dtype = match values.dtype() {
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => DataType::String,
        DataType::Boolean => DataType::Boolean,
        DataType::UInt64 => DataType::UInt64,
        dtype if dtype.is_integer() => DataType::Int64,
        other => {
            return Err(Fault::new(
                "GML0999",
                format!("items are texts, whole numbers or bools, and these are {other}"),
            ));
        }
    };
    values.strict_cast(&dtype).map_err(fault)
}

/// A value by which items are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'a> {
    Text(&'a str),
    Number(i128),
}

impl Ord for Value<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
        }
    }
}

impl PartialOrd for Value<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The values of a series by their place.
enum Values<'a> {
    Text(&'a StringChunked),
    Signed(&'a Int64Chunked),
    Unsigned(&'a UInt64Chunked),
    Bool(&'a BooleanChunked),
}

impl<'a> Values<'a> {
    fn of(series: &'a Series) -> Result<Self, Fault> {
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str().map_err(fault)?),
            DataType::UInt64 => Self::Unsigned(series.u64().map_err(fault)?),
            DataType::Boolean => Self::Bool(series.bool().map_err(fault)?),
            _ => Self::Signed(series.i64().map_err(fault)?),
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Signed(values) => values.len(),
            Self::Unsigned(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    fn get(&self, place: u32) -> Value<'a> {
        let place = place as usize;
        match self {
            Self::Text(values) => Value::Text(values.get(place).unwrap_or_default()),
            Self::Signed(values) => Value::Number(values.get(place).unwrap_or_default().into()),
            Self::Unsigned(values) => Value::Number(values.get(place).unwrap_or_default().into()),
            Self::Bool(values) => Value::Number(values.get(place).unwrap_or_default().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::NamedFrom;

    use super::*;

    fn numbers(own: Series, others: Series) -> Vec<Option<u32>> {
        Items::new(&own).unwrap().numbers_of(&Items::new(&others).unwrap()).unwrap()
    }

    #[test]
    fn the_same_item_is_found_again_whatever_it_was_read_as() {
        let wide = Series::new("a".into(), [30_i64, -1, 10]);
        assert_eq!(numbers(wide.clone(), Series::new("b".into(), [10_i32, 11, -1])), [Some(2), None, Some(1)]);
        assert_eq!(numbers(wide, Series::new("b".into(), [30_u64, u64::MAX])), [Some(0), None]);
        let large = Series::new("a".into(), [u64::MAX, 0]);
        assert_eq!(numbers(large, Series::new("b".into(), [-1_i64, 0])), [None, Some(1)]);
        let texts = Series::new("a".into(), ["a long text that fits no view", "b", ""]);
        assert_eq!(numbers(texts.clone(), Series::new("b".into(), ["", "c", "b"])), [Some(2), None, Some(1)]);
        assert_eq!(numbers(texts.clone(), texts.slice(0, 0)), []);
        assert_eq!(numbers(texts.slice(0, 0), texts), [None, None, None]);
        assert_eq!(numbers(Series::new("a".into(), [true]), Series::new("b".into(), [false, true])), [None, Some(0)]);
    }

    #[test]
    fn what_is_no_item_is_told() {
        assert_eq!(Items::new(&Series::new("a".into(), [1.5])).unwrap_err().code, "GML0999");
    }
}

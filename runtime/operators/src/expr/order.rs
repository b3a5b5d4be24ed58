//! What is compared and grouped: values as numbers that have the same order, rows as numbers of their group.

use gml_connect::{Fault, Ids};
use polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize, Series, SortOptions, StringChunked};

use crate::frame::fault;

/// The values of a column as unsigned numbers in the same order. Not-a-number is the largest float.
pub(crate) struct Keys {
    keys: Vec<u64>,
    /// `None` where nothing is null.
    known: Option<Vec<bool>>,
}

impl Keys {
    /// Of any type that has an order.
    pub(crate) fn of(series: &Series) -> Result<Self, Fault> {
        let known =
            (series.null_count() > 0).then(|| series.is_not_null().iter().map(|known| known == Some(true)).collect());
        let keys = match series.dtype() {
            DataType::Boolean => {
                let values = series.bool().map_err(fault)?;
                values.iter().map(|value| u64::from(value == Some(true))).collect()
            }
            DataType::Float32 | DataType::Float64 => {
                let values = series.cast(&DataType::Float64).map_err(fault)?;
                values.f64().map_err(fault)?.iter().map(|value| float_key(value.unwrap_or_default())).collect()
            }
            DataType::UInt64 => series.u64().map_err(fault)?.iter().map(Option::unwrap_or_default).collect(),
            dtype if dtype.is_integer() || dtype.is_temporal() => {
                let values = series.to_physical_repr().cast(&DataType::Int64).map_err(fault)?;
                let values = values.i64().map_err(fault)?;
                values.iter().map(|value| value.unwrap_or_default().cast_unsigned() ^ (1 << 63)).collect()
            }
            _ => ranks(series)?,
        };
        Ok(Self { keys, known })
    }

    /// The key of a row; rows with equal values have equal keys.
    pub(crate) fn key(&self, row: usize) -> u64 {
        self.keys[row]
    }

    /// Whether the value is not null.
    pub(crate) fn is_known(&self, row: usize) -> bool {
        self.known.as_ref().is_none_or(|known| known[row])
    }

    /// A key by which rows are sorted: null comes last in either direction.
    pub(crate) fn sort_key(&self, row: usize, descending: bool) -> (bool, u64) {
        if self.is_known(row) { (false, if descending { !self.keys[row] } else { self.keys[row] }) } else { (true, 0) }
    }
}

/// The bits of a float in the order of the numbers; both zeros are equal, all not-a-numbers the same.
fn float_key(value: f64) -> u64 {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    let bits = value.to_bits() & if value.is_nan() { u64::MAX >> 1 } else { u64::MAX };
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

/// The place of each value among the different ones.
fn ranks(series: &Series) -> Result<Vec<u64>, Fault> {
    let (ids, count) = group_ids(std::slice::from_ref(series))?;
    let mut first = vec![IdxSize::MAX; count];
    for (row, id) in ids.iter().enumerate().rev() {
        first[*id as usize] = row as IdxSize;
    }
    let values = series.take(&IdxCa::from_vec("".into(), first)).map_err(fault)?;
    let sorted = values.arg_sort(SortOptions { nulls_last: true, ..SortOptions::default() });
    let mut rank = vec![0_u64; count];
    for (place, id) in sorted.iter().flatten().enumerate() {
        rank[id as usize] = place as u64;
    }
    Ok(ids.iter().map(|id| rank[*id as usize]).collect())
}

/// The number of the group that each row belongs to, in order of first appearance, and how many groups there are. Null
/// is a value like others. Of no columns there is one group.
pub(crate) fn group_ids(columns: &[Series]) -> Result<(Vec<IdxSize>, usize), Fault> {
    let Some(height) = columns.first().map(|column| column.len()) else {
        return Ok((Vec::new(), 0));
    };
    if let [column] = columns
        && let Some(texts) = column.try_str()
    {
        return Ok(text_ids(texts));
    }
    let mut ids = vec![0; height];
    if height == 0 {
        return Ok((ids, 0));
    }
    let names = (0..columns.len()).map(|place| format!("{place}"));
    let columns = columns.iter().zip(names).map(|(column, name)| Column::from(column.clone().with_name(name.into())));
    let frame = DataFrame::new(height, columns.collect()).map_err(fault)?;
    let groups = frame.group_by_stable(frame.get_column_names_owned()).map_err(fault)?.into_groups();
    let count = groups.len();
    for (group, rows) in groups.iter().enumerate() {
        match rows {
            polars::prelude::GroupsIndicator::Idx((_, rows)) => {
                for row in rows.iter() {
                    ids[*row as usize] = group as IdxSize;
                }
            }
            polars::prelude::GroupsIndicator::Slice([start, length]) => {
                ids[start as usize..(start + length) as usize].fill(group as IdxSize);
            }
        }
    }
    Ok((ids, count))
}

/// The first row of each group.
pub(crate) fn firsts(ids: &[IdxSize], count: usize) -> Vec<IdxSize> {
    let mut firsts = Vec::with_capacity(count);
    for (row, id) in ids.iter().enumerate() {
        if *id as usize == firsts.len() {
            firsts.push(row as IdxSize);
        }
    }
    firsts
}

/// Rows by a number that each has: those of number `i` are `rows[bounds[i]..bounds[i + 1]]`, in their order.
pub(crate) struct Grouped {
    bounds: Vec<usize>,
    rows: Vec<IdxSize>,
}

impl Grouped {
    /// Rows by their numbers, which are below `count`.
    pub(crate) fn of(codes: &[IdxSize], count: usize) -> Self {
        let mut bounds = vec![0; count + 1];
        for code in codes {
            bounds[*code as usize + 1] += 1;
        }
        for place in 0..count {
            bounds[place + 1] += bounds[place];
        }
        let mut next = bounds.clone();
        let mut rows = vec![0; codes.len()];
        for (row, code) in codes.iter().enumerate() {
            let place = &mut next[*code as usize];
            rows[*place] = row as IdxSize;
            *place += 1;
        }
        Self { bounds, rows }
    }

    /// The rows of a number.
    pub(crate) fn rows(&self, code: usize) -> &[IdxSize] {
        &self.rows[self.bounds[code]..self.bounds[code + 1]]
    }

    /// The same with what `of` says of each row in place of the row.
    pub(crate) fn map(mut self, of: &[IdxSize]) -> Self {
        for row in &mut self.rows {
            *row = of[*row as usize];
        }
        self
    }
}

/// The numbers of the groups of a column of texts. What is kept beside the numbers grows with the different texts, and not with the rows.
fn text_ids(texts: &StringChunked) -> (Vec<IdxSize>, usize) {
    let (mut ids, mut null) = (Ids::default(), None);
    let mut different: Vec<&str> = Vec::new();
    let mut numbers = Vec::with_capacity(texts.len());
    for text in texts.iter() {
        let number = match text {
            None => *null.get_or_insert_with(|| {
                different.push("");
                ids.add()
            }),
            Some(text) => {
                let known = |number: u32| different[number as usize] == text;
                let (number, is_new) = ids.number(ids.hash(text.as_bytes()), known);
                if is_new {
                    different.push(text);
                }
                number
            }
        };
        numbers.push(number);
    }
    (numbers, ids.count())
}

//! Users and items of several tables as numbers.

use gml_connect::Fault;
use polars::prelude::{DataFrame, DataType, IdxCa, IdxSize, IntoSeries, LazyFrame, Series};

use crate::expr::{common, firsts, group_ids, type_of};
use crate::frame::{collect, columns, fault, schema};

/// Keys of several tables, numbered from 0 in order of first appearance.
pub(super) struct Numbering {
    /// The numbers of each table's rows.
    pub codes: Vec<Vec<IdxSize>>,
    /// The keys, by number.
    pub keys: DataFrame,
}

/// Numbers the keys of one table after the other; of a table that was numbered only the different keys are kept.
#[derive(Default)]
pub(super) struct Numberer {
    own: Vec<(Vec<IdxSize>, usize)>,
    keys: Option<DataFrame>,
}

impl Numberer {
    /// The keys of one more table, which has the same columns with the same types. Null is a value like others.
    pub(super) fn add(&mut self, keys: &DataFrame) -> Result<(), Fault> {
        let (ids, count) = numbered(keys)?;
        let uniques = keys.take(&IdxCa::from_vec("".into(), firsts(&ids, count))).map_err(fault)?;
        match &mut self.keys {
            None => self.keys = Some(uniques),
            Some(known) => {
                known.vstack_mut(&uniques).map_err(fault)?;
            }
        }
        self.own.push((ids, count));
        Ok(())
    }

    /// The numbers of all of them.
    pub(super) fn finish(self) -> Result<Numbering, Fault> {
        let keys = self.keys.unwrap_or_default();
        let (all, total) = numbered(&keys)?;
        let keys = keys.take(&IdxCa::from_vec("".into(), firsts(&all, total))).map_err(fault)?;
        let mut from = 0;
        let codes = self.own.into_iter().map(|(mut ids, count)| {
            for id in &mut ids {
                *id = all[from + *id as usize];
            }
            from += count;
            ids
        });
        Ok(Numbering { codes: codes.collect(), keys })
    }
}

impl Numbering {
    /// Of frames that have the same columns with the same types.
    pub(super) fn of(frames: &[DataFrame]) -> Result<Self, Fault> {
        let mut numberer = Numberer::default();
        for frame in frames {
            numberer.add(frame)?;
        }
        numberer.finish()
    }

    /// How many different ones there are.
    pub(super) fn count(&self) -> usize {
        self.keys.height()
    }

    /// The keys of these numbers.
    pub(super) fn taken(&self, codes: Vec<IdxSize>) -> Result<DataFrame, Fault> {
        self.keys.take(&IdxCa::from_vec("".into(), codes)).map_err(fault)
    }
}

/// A number for each row, equal where the rows are: the columns are numbered one by one, which takes less than looking at them together.
pub(super) fn packed(frame: &DataFrame) -> Result<Vec<u64>, Fault> {
    let mut packed: Option<Vec<u64>> = None;
    for column in frame.columns() {
        let series = column.as_materialized_series();
        let (ids, _) = group_ids(std::slice::from_ref(series))?;
        packed = Some(match packed {
            None => ids.into_iter().map(u64::from).collect(),
            Some(packed) => {
                // Two numbers fit beside each other; what came of more than two is numbered anew.
                let high = narrow(packed)?;
                high.into_iter().zip(ids).map(|(high, low)| (u64::from(high) << 32) | u64::from(low)).collect()
            }
        });
    }
    Ok(packed.unwrap_or_default())
}

/// Numbers as smaller ones, equal where they were.
fn narrow(packed: Vec<u64>) -> Result<Vec<IdxSize>, Fault> {
    if packed.iter().all(|number| u32::try_from(*number).is_ok()) {
        return Ok(packed.into_iter().map(|number| number as IdxSize).collect());
    }
    let series = polars::prelude::UInt64Chunked::from_vec("".into(), packed).into_series();
    Ok(group_ids(&[series])?.0)
}

fn numbered(frame: &DataFrame) -> Result<(Vec<IdxSize>, usize), Fault> {
    let series: Vec<Series> = frame.columns().iter().map(|column| column.as_materialized_series().clone()).collect();
    group_ids(&series)
}

/// The types in which these columns of several tables meet.
///
/// # Errors
/// GML0301 where a table lacks one, GML0304 where two types do not go together.
pub(super) fn meeting(names: &[String], frames: &[LazyFrame], what: &str) -> Result<Vec<DataType>, Fault> {
    let schemas = frames.iter().map(schema).collect::<Result<Vec<_>, Fault>>()?;
    let of_name = |name: &String| {
        let mut known: Option<DataType> = None;
        for columns in &schemas {
            let Some(found) = columns.get(name) else {
                return Err(Fault::new("GML0301", format!("a table of {what} has no column {name}"))
                    .help("select or rename the column so that each of them has it"));
            };
            known = Some(match known {
                None => found.clone(),
                Some(known) => common(&known, found).ok_or_else(|| {
                    let (one, other) = (type_of(&known), type_of(found));
                    Fault::new("GML0304", format!("{name} of {what} is {one} in one table and {other} in another"))
                        .help("convert one of them before")
                })?,
            });
        }
        Ok(known.unwrap_or(DataType::Null))
    };
    names.iter().map(of_name).collect()
}

/// These columns of a table, in these types.
pub(super) fn keyed(frame: &LazyFrame, names: &[String], types: &[DataType]) -> Result<DataFrame, Fault> {
    let keys = columns(names).into_iter().zip(types).map(|(key, ty)| key.strict_cast(ty.clone()));
    collect(frame.clone().select(keys.collect::<Vec<_>>()))
}

//! The leaves of a nested column that are read: those that are wanted, and those whose rules the footer does not prove.

use std::sync::Arc;

use gml_ir::{Column, Row, Type};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_parquet::read::n_columns;

use super::super::wanted::Wanted;
use crate::conform::Conversion;

/// What the footer tells of a leaf of a column in a group of rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    /// Whether it is known to hold no null; then what it lies in is never null either.
    pub(super) no_nulls: bool,
    /// Its size in the file.
    pub(super) bytes: i64,
}

/// What is read of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    /// The type with the fields that are read.
    pub(super) ty: Type,
    /// The field of the file with what is read of it.
    pub(super) field: Field,
    /// The leaves, by their place among those of the column.
    pub(super) leaves: Vec<usize>,
}

/// Chooses leaves of a column.
pub(super) struct Leaves<'a> {
    /// All of the column, in the order of the file.
    pub(super) all: &'a [Leaf],
    /// Whether rules have to hold; they need not where the same rows were held against them before.
    pub(super) checked: bool,
}

impl Leaves<'_> {
    /// What is read of the column whose first leaf is that one; `None` where nothing has to be.
    pub(super) fn keep(
        &self,
        column: &Column,
        conversion: &Conversion,
        field: &Field,
        first: usize,
        wanted: Option<&Wanted>,
    ) -> Option<Kept> {
        let all = first..first + n_columns(field.dtype());
        let needed = wanted.is_some() || self.checked && self.has_rule(column, field, all.clone());
        let kept = match (column.ty.non_null(), field.dtype()) {
            (Type::Struct(row), ArrowDataType::Struct(fields)) => {
                self.structure(row, conversion, fields, first, wanted, needed).map(|(row, fields, leaves)| Kept {
                    ty: Type::Struct(Arc::new(row)),
                    field: field.with_dtype(ArrowDataType::Struct(fields)),
                    leaves,
                })
            }
            (Type::List(item), ArrowDataType::LargeList(inner)) => {
                let mut item = Column::new("", (**item).clone());
                item.parsed.clone_from(&column.parsed);
                let of_items = if let Conversion::List(of) = conversion { &**of } else { &Conversion::Keep };
                let presence = Wanted::presence();
                let kept = self.keep(&item, of_items, inner, first, wanted);
                let kept =
                    kept.or_else(|| needed.then(|| self.keep(&item, of_items, inner, first, Some(&presence)))?);
                kept.map(|kept| Kept {
                    ty: Type::List(Arc::new(kept.ty)),
                    field: field.with_dtype(ArrowDataType::LargeList(Box::new(kept.field))),
                    leaves: kept.leaves,
                })
            }
            (ty, _) => {
                let whole =
                    needed || self.checked && (conversion.may_fail() || matches!(ty, Type::Struct(_) | Type::List(_)));
                whole.then(|| Kept { ty: ty.clone(), field: field.clone(), leaves: all.collect() })
            }
        };
        kept.map(|kept| if column.ty.is_nullable() { Kept { ty: kept.ty.nullable(), ..kept } } else { kept })
    }

    /// Whether the footer leaves a rule of the column itself open.
    fn has_rule(&self, column: &Column, field: &Field, leaves: std::ops::Range<usize>) -> bool {
        let may_be_null = field.is_nullable && !self.all[leaves].iter().any(|leaf| leaf.no_nulls);
        let null_breaks = !column.ty.is_nullable() && !column.ty.is_silent() && may_be_null;
        null_breaks || !column.contracts.is_empty() || matches!(column.ty.non_null(), Type::Enum(_))
    }

    /// The fields of a struct that are read, in the program's order and in the file's.
    fn structure(
        &self,
        row: &Row,
        conversion: &Conversion,
        fields: &[Field],
        first: usize,
        wanted: Option<&Wanted>,
        needed: bool,
    ) -> Option<(Row, Vec<Field>, Vec<usize>)> {
        let mut firsts = Vec::with_capacity(fields.len());
        let mut next = first;
        for field in fields {
            firsts.push(next);
            next += n_columns(field.dtype());
        }
        fields.first()?;
        let place_of = |column: &Column| fields.iter().position(|field| *field.name == *column.stored_name());
        let read = |column: &Column, wanted: Option<&Wanted>| match place_of(column) {
            Some(place) => {
                let kept = self.keep(column, conversion.of_field(&column.name), &fields[place], firsts[place], wanted);
                kept.map(|kept| (column.clone().with_type(kept.ty.clone()), Some((place, kept))))
            }
            // A field that the file lacks is null.
            None => wanted.map(|_| (column.clone(), None)),
        };
        let mut kept: Vec<_> = row
            .columns
            .iter()
            .filter_map(|column| read(column, wanted.and_then(|wanted| wanted.field(&column.name))))
            .collect();
        if needed && kept.iter().all(|(_, found)| found.is_none()) {
            // Whether the struct is there is written with each of its fields: the smallest one tells.
            let size = |column: &&Column| {
                let place = place_of(column)?;
                let leaves = firsts[place]..firsts[place] + n_columns(fields[place].dtype());
                Some(self.all[leaves].iter().map(|leaf| leaf.bytes).sum::<i64>())
            };
            let smallest = row.columns.iter().filter(|column| size(column).is_some()).min_by_key(|column| size(column));
            kept.extend(smallest.and_then(|column| read(column, Some(&Wanted::presence()))));
        }
        if kept.is_empty() && !needed {
            return None;
        }
        let mut found: Vec<(usize, Kept)> = kept.iter().filter_map(|(_, found)| found.clone()).collect();
        found.sort_by_key(|(place, _)| *place);
        if found.is_empty() {
            // None of the declared fields is in the file.
            let leaves = (firsts[0]..firsts[0] + n_columns(fields[0].dtype())).collect();
            let ty = Type::Unknown;
            found.push((0, Kept { ty, field: fields[0].clone(), leaves }));
        }
        let leaves = found.iter().flat_map(|(_, kept)| kept.leaves.iter().copied()).collect();
        let fields = found.into_iter().map(|(_, kept)| kept.field).collect();
        let columns = kept.into_iter().map(|(column, _)| column).collect();
        Some((Row { columns, ..row.clone() }, fields, leaves))
    }
}

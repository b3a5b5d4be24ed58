//! Programs as polars expressions.

use std::sync::Arc;

use gml_codegen::rows::{Column, IntOperator, Kernel, Output, RowFault, RowFaultKind, Width};
use gml_connect::Fault;
use gml_ir::{BinaryOp, IntKind};
use polars::prelude as pl;
use polars::prelude::{IntoSeries, Series, StructChunked};
use rayon::prelude::*;

use super::builder::Source;
use super::columns::{borrowed, empty, given, ranges, readied};
use super::stored::Stored;
use crate::expr::{checked, kernel};
use crate::frame::fault;
use crate::learn::in_pool;

/// A program that is ready, and how its columns are stored.
pub(super) struct Ready {
    pub(super) kernel: Arc<dyn Kernel>,
    pub(super) sources: Vec<Source>,
    pub(super) outputs: Vec<Stored>,
    /// How many threads may share the rows.
    pub(super) threads: usize,
}

/// Fewer rows than these are computed sooner than threads are called.
const LONG: usize = 1 << 17;

/// The field of an output, where there are several.
pub(super) fn field(place: usize) -> String {
    format!("value_{place}")
}

impl Ready {
    /// As an expression: the only output, or a struct of all of them.
    pub(super) fn expression(self) -> pl::Expr {
        let values = self.sources.iter().map(|source| source.values.clone()).collect();
        kernel::map(values, move |columns| {
            let columns: Vec<&Series> = columns.iter().map(pl::Column::as_materialized_series).collect();
            let height = columns.first().map_or(0, |column| column.len());
            let outputs = self.run(&columns, height)?;
            if let [only] = outputs.as_slice() {
                return Ok(pl::Column::from(only.clone()));
            }
            let named = |(place, series): (usize, Series)| series.with_name(field(place).into());
            let fields: Vec<Series> = outputs.into_iter().enumerate().map(named).collect();
            let together = StructChunked::from_series("values".into(), height, fields.iter()).map_err(fault)?;
            Ok(pl::Column::from(together.into_series()))
        })
    }

    /// What the program gives for all rows.
    fn run(&self, columns: &[&Series], height: usize) -> Result<Vec<Series>, Fault> {
        if height == 0 {
            return Ok(self.outputs.iter().map(|stored| empty(*stored)).collect());
        }
        let columns = columns.iter().zip(&self.sources).map(|(column, source)| readied(column, source.stored));
        let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
        let ranges = ranges(&columns, height);
        let work = |rows: &std::ops::Range<usize>| -> Result<Vec<Output>, Fault> {
            let read = columns.iter().zip(&self.sources).map(|(column, source)| borrowed(column, source.stored, rows));
            let read: Option<Vec<Column<'_>>> = read.collect();
            let read = read.ok_or_else(|| Fault::new("GML0999", "a column is not stored as its type says"))?;
            self.kernel.run(&read, rows.len()).map_err(|fault| told(&fault))
        };
        let long = height > LONG && self.threads > 1;
        // Of what fails, the first part tells.
        let parts: Vec<Result<Vec<Output>, Fault>> = match ranges.as_slice() {
            several @ [_, _, ..] if long && rayon::current_thread_index().is_some() => {
                several.par_iter().map(work).collect()
            }
            several @ [_, _, ..] if long => in_pool(self.threads, || several.par_iter().map(work).collect()),
            ranges => ranges.iter().map(work).collect(),
        };
        let mut outputs: Vec<Vec<(Output, usize)>> = self.outputs.iter().map(|_| Vec::new()).collect();
        for (part, rows) in parts.into_iter().zip(&ranges) {
            for (all, output) in outputs.iter_mut().zip(part?) {
                all.push((output, rows.len()));
            }
        }
        outputs.into_iter().zip(&self.outputs).map(|(parts, stored)| given(parts, *stored)).collect()
    }
}

/// What the lowering to polars says of such a row.
fn told(fault: &RowFault) -> Fault {
    match fault.kind {
        RowFaultKind::Overflow(op, a, b) => {
            let op = match op {
                IntOperator::Add => BinaryOp::Add,
                IntOperator::Subtract => BinaryOp::Subtract,
                IntOperator::FloorDivide => BinaryOp::FloorDivide,
                IntOperator::Remainder => BinaryOp::Remainder,
                _ => BinaryOp::Multiply,
            };
            checked::overflow(op, Some((a, b)))
        }
        RowFaultKind::Narrow(_, width) => checked::too_narrow(match width {
            Width::I8 => IntKind::I8,
            Width::I16 => IntKind::I16,
            Width::I32 => IntKind::I32,
            Width::U8 => IntKind::U8,
            Width::U16 => IntKind::U16,
            Width::U32 => IntKind::U32,
        }),
    }
}

//! Rows to score.

use std::slice::ChunksExact;

/// Values that a line of memory holds.
const LINE: usize = 8;

/// How a matrix lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Row after row.
    Rows,
    /// Column after column.
    Columns,
}

/// Values of a matrix as they lie.
pub(super) enum Lying<'v> {
    /// All columns, row after row.
    Rows(&'v [f64]),
    /// The column.
    Column(&'v [f64]),
}

/// A dense matrix of features; NaN is missing.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'v> {
    values: &'v [f64],
    rows: usize,
    columns: usize,
    order: Order,
    /// The first row of `values` that belongs to it, and how many rows `values` has.
    first: usize,
    all: usize,
}

impl<'v> Matrix<'v> {
    /// A matrix of `rows` times `columns` values; none where there are more or fewer values.
    #[must_use]
    pub fn new(values: &'v [f64], rows: usize, columns: usize, order: Order) -> Option<Self> {
        (rows.checked_mul(columns) == Some(values.len())).then_some(Self {
            values,
            rows,
            columns,
            order,
            first: 0,
            all: rows,
        })
    }

    /// The same for some of its rows: as many of `rows` from `first` on as there are.
    #[must_use]
    pub fn part(&self, first: usize, rows: usize) -> Self {
        let first = first.min(self.rows);
        Self { rows: rows.min(self.rows - first), first: self.first + first, ..*self }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many features a row has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows from one on, for what is asked of one column.
    #[inline(always)]
    pub(super) fn lying(&self, column: usize, first: usize, rows: usize) -> Lying<'v> {
        let first = self.first + first;
        match self.order {
            Order::Rows => Lying::Rows(&self.values[first * self.columns..(first + rows) * self.columns]),
            Order::Columns => {
                let start = column * self.all + first;
                Lying::Column(&self.values[start..start + rows])
            }
        }
    }

    /// What lies in each line of the memory of rows from one on, as many of `rows` as there are; nothing where columns lie one after the other.
    pub(super) fn lines(&self, first: usize, rows: usize) -> ChunksExact<'v, f64> {
        let values: &[f64] = match self.order {
            Order::Rows => {
                let place = |row: usize| (self.first + row.min(self.rows)) * self.columns;
                &self.values[place(first)..place(first.saturating_add(rows))]
            }
            Order::Columns => &[],
        };
        values.chunks_exact(LINE)
    }

    /// The values of one row, which are gathered in `room` where they do not lie side by side.
    #[inline(always)]
    pub(super) fn row<'r>(&self, row: usize, room: &'r mut [f64]) -> &'r [f64]
    where
        'v: 'r,
    {
        let row = self.first + row;
        match self.order {
            Order::Rows => &self.values[row * self.columns..(row + 1) * self.columns],
            Order::Columns => {
                for (column, value) in room.iter_mut().enumerate() {
                    *value = self.values[column * self.all + row];
                }
                room
            }
        }
    }
}

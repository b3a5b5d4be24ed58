//! Rows to score.

/// How a matrix lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Row after row.
    Rows,
    /// Column after column.
    Columns,
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

    /// Values of one column from a row on, as many as there is room for.
    #[inline(always)]
    pub(super) fn copy(&self, column: usize, first: usize, into: &mut [f64]) {
        match self.order {
            Order::Columns => {
                let start = column * self.all + self.first + first;
                into.copy_from_slice(&self.values[start..start + into.len()]);
            }
            Order::Rows => {
                let first = self.first + first;
                let from = &self.values[first * self.columns..(first + into.len()) * self.columns];
                for (value, row) in into.iter_mut().zip(from.chunks_exact(self.columns)) {
                    *value = row[column];
                }
            }
        }
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

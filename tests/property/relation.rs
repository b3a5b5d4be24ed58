//! Tables with their types, as the reference sees them.

use std::cmp::Ordering;

use crate::chooser::Chooser;
use crate::value::{FIRST_DAY, V, order, same};

/// A type without its `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Bool,
    Int,
    Float,
    /// Digits, and how many of them stand behind the point.
    Decimal(u8, u8),
    Str,
    Date,
}

impl Base {
    /// The decimals that programs compute with.
    pub const MONEY: Self = Self::Decimal(20, 2);
    pub const SCALARS: [Self; 6] = [Self::Int, Self::Str, Self::Float, Self::Bool, Self::Date, Self::MONEY];

    pub fn text(&self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Float => "float".to_owned(),
            Self::Decimal(precision, scale) => format!("decimal[{precision}, {scale}]"),
            Self::Str => "str".to_owned(),
            Self::Date => "date".to_owned(),
        }
    }

    /// The digits before and behind the point.
    pub fn digits(&self) -> Option<(u8, u8)> {
        match self {
            Self::Int => Some((19, 0)),
            Self::Decimal(precision, scale) => Some((precision - scale, *scale)),
            _ => None,
        }
    }

    /// The type of what is computed with decimals, where one of them is.
    pub fn of_decimals(op: &str, (a, a_behind): (u8, u8), (b, b_behind): (u8, u8)) -> Self {
        let behind = a_behind.max(b_behind);
        let (before, behind) = match op {
            "*" => (a + b, a_behind + b_behind),
            "//" => (a + b_behind + 1, 0),
            "%" => (b, behind),
            _ => (a.max(b) + 1, behind),
        };
        Self::Decimal((before + behind).clamp(1, 38), behind)
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Decimal(..))
    }

    /// Any value of it.
    pub fn value(&self, choose: &mut Chooser) -> V {
        match self {
            Self::Bool => V::Bool(choose.one_in(2)),
            Self::Int => V::Int(choose.below(7) as i64 - 2),
            Self::Float => V::Float(choose.below(11) as f64 / 2.0 - 1.5),
            Self::Decimal(precision, scale) => {
                let units = choose.below(9) as i128 - 3;
                V::Decimal(if *precision < 3 { units } else { units * 25 }, *scale)
            }
            Self::Str => V::Str(choose.pick(&["a", "b", "ab", "", "c"]).to_string()),
            Self::Date => V::Date(FIRST_DAY + choose.below(9) as i32),
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub base: Base,
    pub null: bool,
    /// Whether the values are the same however they are summed up: others are looked at, and not computed with.
    pub exact: bool,
}

impl Column {
    pub fn new(name: impl Into<String>, base: Base, null: bool) -> Self {
        Self { name: name.into(), base, null, exact: true }
    }

    pub fn type_text(&self) -> String {
        format!("{}{}", self.base.text(), if self.null { "?" } else { "" })
    }

    /// `.name`
    pub fn dotted(&self) -> String {
        format!(".{}", self.name)
    }
}

pub type Cells = Vec<V>;

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    pub columns: Vec<Column>,
    pub rows: Vec<Cells>,
}

impl Relation {
    pub fn place(&self, name: &str) -> usize {
        let place = self.columns.iter().position(|column| column.name == name);
        place.unwrap_or_else(|| panic!("the reference has no column {name}"))
    }

    /// The columns that can be computed with.
    pub fn usable(&self) -> Vec<Column> {
        self.columns.iter().filter(|column| column.exact).cloned().collect()
    }

    pub fn usable_where(&self, suits: impl Fn(&Column) -> bool) -> Vec<Column> {
        self.usable().into_iter().filter(|column| suits(column)).collect()
    }

    /// Adds a column, or replaces the one of the same name at its place.
    pub fn put(&mut self, column: Column, values: Vec<V>) {
        match self.columns.iter().position(|old| old.name == column.name) {
            Some(place) => {
                self.columns[place] = column;
                self.rows.iter_mut().zip(values).for_each(|(row, value)| row[place] = value);
            }
            None => {
                self.columns.push(column);
                self.rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
            }
        }
    }

    /// These columns, in this order.
    pub fn select(&self, columns: &[Column]) -> Self {
        let places: Vec<usize> = columns.iter().map(|column| self.place(&column.name)).collect();
        let rows = self.rows.iter().map(|row| places.iter().map(|place| row[*place].clone()).collect());
        Self { columns: columns.to_vec(), rows: rows.collect() }
    }

    pub fn key(&self, row: &Cells, columns: &[Column]) -> Cells {
        columns.iter().map(|column| row[self.place(&column.name)].clone()).collect()
    }

    /// The places of the rows of each combination, in order of first appearance.
    pub fn partition(&self, by: &[Column]) -> Vec<(Cells, Vec<usize>)> {
        partition(self.rows.iter().map(|row| self.key(row, by)).collect())
    }
}

/// The places of equal keys, in order of first appearance.
pub fn partition(keys: Vec<Cells>) -> Vec<(Cells, Vec<usize>)> {
    let mut parts: Vec<(Cells, Vec<usize>)> = Vec::new();
    for (place, key) in keys.into_iter().enumerate() {
        match parts.iter_mut().find(|(other, _)| other.iter().zip(&key).all(|(a, b)| same(a, b))) {
            Some((_, places)) => places.push(place),
            None => parts.push((key, vec![place])),
        }
    }
    parts
}

/// What to order by.
#[derive(Clone, Debug)]
pub struct Order(pub Vec<(Column, bool)>);

impl Order {
    pub fn any(choose: &mut Chooser, columns: &[Column]) -> Self {
        let chosen = choose.some(columns, 2);
        Self(chosen.into_iter().map(|column| (column, choose.one_in(2))).collect())
    }

    pub fn text(&self) -> String {
        let keys = self.0.iter().map(|(column, descending)| match descending {
            true => format!("desc({})", column.dotted()),
            false => column.dotted(),
        });
        format!("[{}]", keys.collect::<Vec<_>>().join(", "))
    }

    pub fn compare(&self, table: &Relation, a: &Cells, b: &Cells) -> Ordering {
        let keys = self.0.iter().map(|(column, descending)| (table.place(&column.name), *descending));
        keys.map(|(place, descending)| order(&a[place], &b[place], descending))
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// The places, sorted; equal ones keep their order.
    pub fn sort(&self, table: &Relation, mut places: Vec<usize>) -> Vec<usize> {
        places.sort_by(|a, b| self.compare(table, &table.rows[*a], &table.rows[*b]));
        places
    }
}

/// `[.a, .b]`
pub fn list(columns: &[Column]) -> String {
    format!("[{}]", columns.iter().map(Column::dotted).collect::<Vec<_>>().join(", "))
}

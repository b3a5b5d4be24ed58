//! Rows for the datasets that an example reads, made from their types, roles and names: the same ones each time, in the order of
//! their time, with features that tell of the target, and with ids that are found again in the other datasets.

use gml_ir::{Column, Role, Row, Type};
use serde_json::{Map, Value, json};

/// How many rows a dataset gets.
pub const COUNT: usize = 600;

/// Rows of a dataset as lines of JSON; datasets of other names have other rows.
pub fn lines(dataset: &str, row: &Row) -> String {
    (0..COUNT).map(|place| Value::Object(record(dataset, row, place)).to_string() + "\n").collect()
}

fn record(dataset: &str, row: &Row, place: usize) -> Map<String, Value> {
    let ids = row.columns.iter().filter(|column| column.role == Some(Role::Id)).count();
    let in_time = row.columns.iter().any(|column| matches!(column.role, Some(Role::Time | Role::Group)));
    let one = One { dataset, place, names_rows: ids == 1 && !in_time };
    row.columns.iter().map(|column| (column.name.to_string(), one.value(column, &column.ty))).collect()
}

/// One row.
struct One<'a> {
    dataset: &'a str,
    place: usize,
    /// Whether its id is another one in each row.
    names_rows: bool,
}

impl One<'_> {
    fn value(&self, column: &Column, ty: &Type) -> Value {
        let by_chance = self.chance(&column.name);
        match ty {
            Type::Nullable(_) if self.chance(&format!("{} is null", column.name)) < 0.15 => Value::Null,
            Type::Nullable(ty) => self.value(column, ty),
            Type::Bool if column.role == Some(Role::Target) => json!(self.strength() + 0.4 * by_chance > 0.7),
            Type::Bool => json!(by_chance > 0.5),
            Type::Int(_) => json!(self.whole(column)),
            Type::Float | Type::Float32 => json!(30.0 * self.strength() + by_chance),
            Type::Str if matches!(column.role, Some(Role::Id | Role::Group)) => {
                json!(format!("{}_{}", column.name, self.which(column)))
            }
            Type::Str => json!(self.words(&column.name)),
            Type::Category => json!(["north", "east", "south", "west"][self.one_of(&column.name, 4)]),
            Type::Enum(texts) => json!(texts[self.one_of(&column.name, texts.len())]),
            Type::Date => json!(self.moment()[..10]),
            Type::Timestamp => json!(self.moment()),
            Type::List(of) => {
                let of_place = |place| One { place, ..*self }.listed(column, of);
                json!([of_place(self.one_of(&column.name, 2)), of_place(2 + self.one_of(&column.name, 2))])
            }
            Type::Vector(length) => {
                (0..*length).map(|at| json!(self.chance(&format!("{} {at}", column.name)))).collect()
            }
            other => panic!("no example has had a column of {other} before: `{}`", column.name),
        }
    }

    /// A value of a list: there are few different ones.
    fn listed(&self, column: &Column, ty: &Type) -> Value {
        match ty {
            Type::Str => json!(format!("word_{}", self.place)),
            other => self.value(column, other),
        }
    }

    fn whole(&self, column: &Column) -> usize {
        match (column.role, &*column.name) {
            (Some(Role::Id | Role::Group), _) => self.which(column),
            (Some(Role::Target), _) => (4.0 * self.strength() + self.chance("grade")) as usize,
            (_, "year") => 2021,
            _ => (30.0 * self.strength() + 3.0 * self.chance(&column.name)) as usize,
        }
    }

    /// Which user, item or query it is.
    fn which(&self, column: &Column) -> usize {
        match column.role {
            Some(Role::Group) => self.place / 6,
            _ if self.names_rows => self.place,
            _ => self.one_of(&column.name, 24),
        }
    }

    /// What features and target of a row have in common.
    fn strength(&self) -> f64 {
        self.chance("strength")
    }

    fn one_of(&self, what: &str, count: usize) -> usize {
        (self.chance(what) * count as f64) as usize
    }

    /// Three words of a hundred.
    fn words(&self, what: &str) -> String {
        let syllable = |at: usize| ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru"][at % 10];
        let word = |at: usize| {
            let which = self.one_of(&format!("{what} {at}"), 100);
            format!("{}{}", syllable(which / 10), syllable(which))
        };
        format!("{} {} {}", word(0), word(1), word(2))
    }

    /// The rows lie in the thirty days from 2021-01-01, one after the other.
    fn moment(&self) -> String {
        let minutes = self.place * 30 * 24 * 60 / COUNT;
        let (day, hour, minute) = (1 + minutes / 1440, minutes / 60 % 24, minutes % 60);
        format!("2021-01-{day:02}T{hour:02}:{minute:02}:00Z")
    }

    /// A number from 0 to 1 that is always the same (splitmix64 of the names and the place).
    fn chance(&self, what: &str) -> f64 {
        let bytes = self.dataset.bytes().chain([0]).chain(what.bytes()).chain(self.place.to_le_bytes());
        let mut state = bytes
            .fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

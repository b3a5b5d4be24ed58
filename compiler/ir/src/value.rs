//! Constant values.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Decimal;

/// A day, in the unit of timestamps and durations.
pub const DAY: i64 = 86_400_000_000;

/// A value known before the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `0.5`, `80%`
    Float(f64),
    /// `12.50`, where a decimal is due or stands beside it
    Decimal(Decimal),
    /// `"text"`; also the value of an enum (`how: left`)
    Str(Arc<str>),
    /// Days since 1970-01-01
    Date(i32),
    /// Microseconds since midnight
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00Z
    Timestamp(i64),
    /// Microseconds
    Duration(i64),
    /// Bytes
    Size(u64),
    /// `a..b`
    Range {
        /// First value.
        start: Box<Value>,
        /// Last value, or the first one outside.
        end: Box<Value>,
        /// Whether `end` belongs to it (`..` against `..<`).
        inclusive: bool,
    },
    /// `[a, b]`
    List(Vec<Value>),
    /// `{ a: 1 }`
    Record(Vec<(Arc<str>, Value)>),
    /// A call of a standard-library function that stands for itself: a metric (`ndcg(10)`), a search range
    /// (`log(1e-3..1.0)`), a period (`last(7d)`), a connector (`parquet(...)`), a secret.
    Symbol {
        /// Its name in the standard library.
        name: Arc<str>,
        /// All its parameters by name, those left out with their defaults.
        args: Vec<(Arc<str>, Value)>,
    },
}

impl Value {
    /// The text of a `Str`.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// The number of an `Int`.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The number of a `Float` or an `Int`; the nearest one of a `Decimal`.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            Self::Int(number) => Some(*number as f64),
            Self::Decimal(number) => Some(number.as_float()),
            _ => None,
        }
    }

    /// The number of a `Decimal`, an `Int` or a `Float`, exactly as it is written; `None` where it is no decimal.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Decimal(number) => Some(*number),
            Self::Int(number) => Some(Decimal::from(*number)),
            Self::Float(number) => Decimal::of_float(*number),
            _ => None,
        }
    }

    /// How it lies to another one of its kind; numbers of different types are of one kind. `None` of kinds that have no order, and where
    /// a float is not a number.
    pub fn compared(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Str(a), Self::Str(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b))
            | (Self::Timestamp(a), Self::Timestamp(b))
            | (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Size(a), Self::Size(b)) => Some(a.cmp(b)),
            (Self::Decimal(a), Self::Decimal(b)) => Some(a.compare(*b)),
            (Self::Decimal(a), Self::Int(b)) => Some(a.compare(Decimal::from(*b))),
            (Self::Int(a), Self::Decimal(b)) => Some(Decimal::from(*a).compare(*b)),
            _ => self.as_float()?.partial_cmp(&other.as_float()?),
        }
    }

    /// The truth of a `Bool`.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The field of a `Record` or the argument of a `Symbol`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Record(fields) | Self::Symbol { args: fields, .. } => {
                fields.iter().find(|(field, _)| &**field == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    /// The value as a program would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Decimal(number) => write!(f, "{number}"),
            Self::Str(text) => write!(f, "{text:?}"),
            Self::Date(days) => f.write_str(&calendar::date(*days)),
            Self::Time(micros) => f.write_str(&calendar::time(*micros)),
            Self::Timestamp(micros) => f.write_str(&calendar::timestamp(*micros)),
            Self::Duration(micros) => f.write_str(&calendar::duration(*micros)),
            Self::Size(bytes) => f.write_str(&calendar::size(*bytes)),
            Self::Range { start, end, inclusive } => {
                write!(f, "{start}{}{end}", if *inclusive { ".." } else { "..<" })
            }
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(f, "{{ {} }}", fields.join(", "))
            }
            Self::Symbol { name, args } => {
                let args: Vec<_> = args.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(f, "{name}({})", args.join(", "))
            }
        }
    }
}

pub use calendar::civil;

/// How dates, times and quantities are written in a program.
mod calendar {
    use super::DAY;

    /// Year, month and day of a count of days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date
    /// algorithms", `civil_from_days`).
    pub fn civil(days: i64) -> (i64, i64, i64) {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    pub(super) fn date(days: i32) -> String {
        let (year, month, day) = civil(days.into());
        format!("@{year:04}-{month:02}-{day:02}")
    }

    pub(super) fn time(micros: i64) -> String {
        let seconds = micros.div_euclid(1_000_000);
        let fraction = micros.rem_euclid(1_000_000);
        let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        if fraction == 0 { clock } else { format!("{clock}.{fraction:06}") }
    }

    pub(super) fn timestamp(micros: i64) -> String {
        let (year, month, day) = civil(micros.div_euclid(DAY));
        format!("@{year:04}-{month:02}-{day:02}T{}Z", time(micros.rem_euclid(DAY)))
    }

    pub(super) fn duration(micros: i64) -> String {
        // Zero is a multiple of every unit; seconds are what is meant.
        if micros == 0 {
            return "0s".to_owned();
        }
        const UNITS: [(i64, &str); 7] = [
            (604_800_000_000, "w"),
            (DAY, "d"),
            (3_600_000_000, "h"),
            (60_000_000, "min"),
            (1_000_000, "s"),
            (1_000, "ms"),
            (1, "us"),
        ];
        let (unit, name) = UNITS.into_iter().find(|(unit, _)| micros % unit == 0).unwrap_or((1, "us"));
        format!("{}{name}", micros / unit)
    }

    pub(super) fn size(bytes: u64) -> String {
        let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")];
        let (unit, name) = units.into_iter().find(|(unit, _)| bytes.is_multiple_of(*unit)).unwrap_or((1, "B"));
        format!("{}{name}", bytes / unit)
    }
}

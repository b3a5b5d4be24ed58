//! Scalars as text: how CSV cells and JSON strings spell them, both ways.

pub(crate) mod base64;
mod number;
mod strftime;
mod temporal;

pub(crate) use number::{decimal, decimal_text, float, float_text, float32, parse_bool};
pub use strftime::MomentForm;
pub(crate) use temporal::{
    Stamp, Unit, date, date_of_micros, date_text, duration, duration_text, time, time_text, timestamp, timestamp_text,
};

//! Numbers that operators are given, held against their bounds.

use gml_connect::Fault;

use super::arguments::{constant, misfit};
use crate::data::Call;

/// Bounds of a number, both allowed.
pub(crate) struct Bounds {
    pub(crate) least: f64,
    pub(crate) most: f64,
    /// How a message says it, behind "must be".
    pub(crate) words: &'static str,
}

/// LightGBM takes numbers of 32 bits; nobody counts further.
const MOST: f64 = 2_147_483_647.0;

pub(crate) const COUNT: Bounds = Bounds { least: 1.0, most: MOST, words: "at least 1" };
pub(crate) const FROM_ZERO: Bounds = Bounds { least: 0.0, most: MOST, words: "at least 0" };
pub(crate) const AMOUNT: Bounds = Bounds { least: 0.0, most: f64::MAX, words: "at least 0" };
pub(crate) const POSITIVE: Bounds = Bounds { least: f64::MIN_POSITIVE, most: f64::MAX, words: "above 0" };
pub(crate) const SHARE: Bounds = Bounds { least: f64::MIN_POSITIVE, most: 1.0, words: "above 0 and at most 1" };
pub(crate) const SHARE_FROM_ZERO: Bounds = Bounds { least: 0.0, most: 1.0, words: "in 0..1" };

impl Bounds {
    /// What a number must be that is not: of counts without an end in words, that there is one.
    fn broken_by(&self, number: f64) -> String {
        if self.most >= MOST && number > self.most { format!("at most {}", self.most) } else { self.words.to_owned() }
    }
}

/// A number.
///
/// # Errors
/// GML0229 where it is out of its bounds.
pub(crate) fn float(call: &Call<'_>, name: &str, bounds: &Bounds) -> Result<f64, Fault> {
    let value = constant(call, name)?;
    let number = value.as_float().ok_or_else(|| misfit(call, name, "is no number"))?;
    if (bounds.least..=bounds.most).contains(&number) {
        return Ok(number);
    }
    let words = bounds.broken_by(number);
    Err(Fault::new("GML0229", format!("`{name}` of {} is {value}, and must be {words}", call.operator))
        .help(format!("give `{name}` a value {words}")))
}

/// A whole number.
///
/// # Errors
/// GML0229 where it is out of its bounds.
pub(crate) fn whole(call: &Call<'_>, name: &str, bounds: &Bounds) -> Result<usize, Fault> {
    float(call, name, bounds)?;
    constant(call, name)?
        .as_int()
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(|| misfit(call, name, "is no whole number"))
}

/// The seed of what is random.
pub(crate) fn seed(call: &Call<'_>) -> Result<u64, Fault> {
    constant(call, "seed")?.as_int().map(i64::cast_unsigned).ok_or_else(|| misfit(call, "seed", "is no whole number"))
}

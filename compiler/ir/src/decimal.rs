//! Decimal numbers, exactly.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::BinaryOp;

/// The most digits that a decimal may have: as many nines as there are fit 128 bits.
pub const MAX_DIGITS: u8 = 38;

/// A decimal number: so many units of one in its last place. `12.50` is 1250 units of two digits behind the point; `12.5` is
/// as large, and another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    units: i128,
    scale: u8,
}

impl Decimal {
    /// That many units of `scale` digits behind the point; `None` where it has more digits than [`MAX_DIGITS`].
    pub fn new(units: i128, scale: u8) -> Option<Self> {
        (scale <= MAX_DIGITS && units.unsigned_abs() < power(MAX_DIGITS)?.unsigned_abs())
            .then_some(Self { units, scale })
    }

    /// The number with the fewest digits that reads back as this float, which is the one that was written. `None` where that is no
    /// decimal: an infinity, no number, too many digits.
    pub fn of_float(number: f64) -> Option<Self> {
        number.is_finite().then(|| format!("{number:e}").parse().ok())?
    }

    /// The units of one in the last place.
    pub fn units(self) -> i128 {
        self.units
    }

    /// How many digits stand behind the point.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// How many digits a type needs to hold it.
    pub fn digits(self) -> u8 {
        let written = (0..=MAX_DIGITS).find(|digits| power(*digits).is_some_and(|power| self.units.abs() < power));
        written.unwrap_or(MAX_DIGITS).max(self.scale).max(1)
    }

    /// The same number with that many digits behind the point; `None` where digits would be lost or are too many.
    pub fn rescaled(self, scale: u8) -> Option<Self> {
        if scale >= self.scale {
            return Self::new(self.units.checked_mul(power(scale - self.scale)?)?, scale);
        }
        let power = power(self.scale - scale)?;
        (self.units % power == 0).then_some(Self { units: self.units / power, scale })
    }

    /// The same number as one of a type; `None` where it has no room for it.
    pub fn fitted(self, precision: u8, scale: u8) -> Option<Self> {
        let has_room = |number: &Self| {
            precision >= number.scale.max(1) && power(precision).is_none_or(|power| number.units.abs() < power)
        };
        self.rescaled(scale).filter(has_room)
    }

    /// The nearest number with that many digits behind the point, halves away from zero; `None` where it has too many digits.
    pub fn rounded(self, scale: u8) -> Option<Self> {
        if scale >= self.scale {
            return self.rescaled(scale);
        }
        let power = power(self.scale - scale)?;
        let (whole, rest) = (self.units / power, self.units % power);
        // Twice the rest may need one bit more than there is.
        let up = rest.unsigned_abs() >= power.unsigned_abs() - rest.unsigned_abs();
        Self::new(if up { whole + self.units.signum() } else { whole }, scale)
    }

    /// The nearest float.
    pub fn as_float(self) -> f64 {
        /// The largest power of ten, and the largest number of units, of which every smaller one is a float.
        const EXACT: (u8, u128) = (22, 1 << 53);
        if self.scale <= EXACT.0 && self.units.unsigned_abs() <= EXACT.1 {
            return self.units as f64 / 10_f64.powi(self.scale.into());
        }
        // Both would be rounded, and then their quotient.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Which one is larger, however many digits they have behind the point.
    pub fn compare(self, other: Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        let wide = |number: Self| number.units.checked_mul(power(scale - number.scale)?);
        match (wide(self), wide(other)) {
            (Some(a), Some(b)) => a.cmp(&b),
            // What does not fit is further from zero than what does. Just one of them is widened.
            (None, _) => self.units.cmp(&0),
            (_, None) => 0.cmp(&other.units),
        }
    }

    /// With as many digits behind the point as the one that has more; `None` where the result does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.beside(other)?;
        Self::new(a.checked_add(b)?, scale)
    }

    /// As [`Decimal::checked_add`].
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.beside(other)?;
        Self::new(a.checked_sub(b)?, scale)
    }

    /// With the digits behind the point of both; `None` where the result does not fit.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::new(self.units.checked_mul(other.units)?, self.scale.checked_add(other.scale)?)
    }

    /// The quotient, rounded towards negative infinity; `None` by zero, and where it does not fit.
    pub fn checked_floor_div(self, other: Self) -> Option<Self> {
        let (a, b, _) = self.beside(other)?;
        let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
        Self::new(if rest != 0 && (rest < 0) != (b < 0) { quotient - 1 } else { quotient }, 0)
    }

    /// What that quotient leaves, with the sign of the divisor; `None` by zero, and where it does not fit.
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.beside(other)?;
        let rest = a.checked_rem(b)?;
        Self::new(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }, scale)
    }

    /// Addition, subtraction, multiplication, `//` and `%`, exactly: `Some(None)`, which is null, by zero, and `None` where the result does
    /// not fit, or the operation is another one.
    pub fn computed(self, op: BinaryOp, other: Self) -> Option<Option<Self>> {
        let result = match op {
            BinaryOp::FloorDivide | BinaryOp::Remainder if other.units == 0 => return Some(None),
            BinaryOp::Add => self.checked_add(other),
            BinaryOp::Subtract => self.checked_sub(other),
            BinaryOp::Multiply => self.checked_mul(other),
            BinaryOp::FloorDivide => self.checked_floor_div(other),
            BinaryOp::Remainder => self.checked_rem(other),
            _ => None,
        };
        result.map(Some)
    }

    /// The units of both with the same number of digits behind the point, and that number.
    fn beside(self, other: Self) -> Option<(i128, i128, u8)> {
        let scale = self.scale.max(other.scale);
        let wide = |number: Self| number.units.checked_mul(power(scale - number.scale)?);
        Some((wide(self)?, wide(other)?, scale))
    }
}

impl std::ops::Neg for Decimal {
    type Output = Self;

    fn neg(self) -> Self {
        Self { units: -self.units, scale: self.scale }
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self { units: number.into(), scale: 0 }
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self { units: number.into(), scale: 0 }
    }
}

/// That a text is no decimal number, or one of too many digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDecimal;

impl fmt::Display for NoDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a decimal number of at most {MAX_DIGITS} digits")
    }
}

impl std::error::Error for NoDecimal {}

impl FromStr for Decimal {
    type Err = NoDecimal;

    /// Digits, a point and an exponent, as in `-12.50` and `1e-3`. Zeros behind the point are digits like others.
    fn from_str(text: &str) -> Result<Self, NoDecimal> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| NoDecimal)?),
            None => (text, 0),
        };
        let (negative, number) = match number.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if digits().next().is_none() || !digits().all(|digit| digit.is_ascii_digit()) {
            return Err(NoDecimal);
        }
        let read = || {
            let units = digits()
                .try_fold(0_i128, |units, digit| units.checked_mul(10)?.checked_add(i128::from(digit - b'0')))?;
            let behind = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
            // What stands before the point needs no digits behind it: `1e3` is a whole number.
            let units = match u8::try_from(-i64::from(behind.min(0))).ok()? {
                0 => units,
                zeros => units.checked_mul(power(zeros)?)?,
            };
            Self::new(if negative { -units } else { units }, u8::try_from(behind.max(0)).ok()?)
        };
        read().ok_or(NoDecimal)
    }
}

impl TryFrom<String> for Decimal {
    type Error = NoDecimal;

    fn try_from(text: String) -> Result<Self, NoDecimal> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(number: Decimal) -> Self {
        number.to_string()
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.units < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

const POWERS: [i128; MAX_DIGITS as usize + 1] = {
    let mut powers = [1; MAX_DIGITS as usize + 1];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = 10 * powers[exponent - 1];
        exponent += 1;
    }
    powers
};

/// Ten to that power; `None` where it does not fit.
fn power(exponent: u8) -> Option<i128> {
    POWERS.get(usize::from(exponent)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn text_goes_both_ways() {
        for text in ["12.50", "-0.01", "0", "0.000", "99999999999999999999999999999999999999"] {
            assert_eq!(of(text).to_string(), text);
        }
        assert_eq!((of("1e3").to_string(), of("1.25e-3").to_string()), ("1000".into(), "0.00125".into()));
        for wrong in
            ["", "-", ".", "1.2.3", "1e", "é", "0x1", "100000000000000000000000000000000000000", "1e-39", "1e38"]
        {
            assert_eq!(wrong.parse::<Decimal>(), Err(NoDecimal), "{wrong}");
        }
        let stored = serde_json::to_string(&of("-12.50")).unwrap();
        assert_eq!((stored.as_str(), serde_json::from_str(&stored).ok()), ("\"-12.50\"", Some(of("-12.50"))));
    }

    #[test]
    fn floats_are_what_was_written() {
        assert_eq!(Decimal::of_float(0.1).map(|number| number.to_string()), Some("0.1".into()));
        assert_eq!(Decimal::of_float(-1e21).map(|number| number.digits()), Some(22));
        for none in [f64::NAN, f64::INFINITY, 1e39, 1e-39] {
            assert_eq!(Decimal::of_float(none), None, "{none}");
        }
        for text in ["0.1", "12345678901234567890.123456789", "0.10000000000000000000000000000", "-7"] {
            assert_eq!(of(text).as_float(), text.parse::<f64>().unwrap(), "{text}");
        }
    }

    #[test]
    fn types_have_room_for_what_they_say() {
        assert_eq!(["0.00", "12.5", "0.005", "7"].map(|text| of(text).digits()), [2, 3, 3, 1]);
        assert_eq!(of("12.5").fitted(4, 2), Some(of("12.50")));
        assert_eq!((of("12.5").fitted(3, 2), of("12.55").fitted(9, 1)), (None, None));
        assert_eq!(
            ["0.125", "-0.125", "0.124"].map(|text| of(text).rounded(2).unwrap().to_string()),
            ["0.13", "-0.13", "0.12"]
        );
        assert_eq!(of("99.9").rounded(0), Some(of("100")));
    }

    #[test]
    fn arithmetic_keeps_every_digit_or_has_no_result() {
        assert_eq!(of("1.5").checked_add(of("0.25")), Some(of("1.75")));
        assert_eq!(of("1.50").checked_sub(of("2")), Some(of("-0.50")));
        assert_eq!(of("1.10").checked_mul(of("0.1")), Some(of("0.110")));
        assert_eq!(
            (of("-7.5").checked_floor_div(of("2")), of("-7.5").checked_rem(of("2"))),
            (Some(of("-4")), Some(of("0.5")))
        );
        assert_eq!((of("1").checked_floor_div(of("0")), of("1").checked_rem(of("0.00"))), (None, None));
        let largest = of("99999999999999999999999999999999999999");
        assert_eq!((largest.checked_add(of("1")), largest.checked_mul(of("2"))), (None, None));
    }

    #[test]
    fn order_does_not_depend_on_the_digits() {
        let largest = of("99999999999999999999999999999999999999");
        let smallest = of("0.00000000000000000000000000000000000001");
        assert_eq!(of("1.0").compare(of("1")), Ordering::Equal);
        assert_eq!((largest.compare(smallest), smallest.compare(largest)), (Ordering::Greater, Ordering::Less));
        assert_eq!((-largest).compare(smallest), Ordering::Less);
        assert_eq!(of("0.1").compare(of("0.09")), Ordering::Greater);
    }
}

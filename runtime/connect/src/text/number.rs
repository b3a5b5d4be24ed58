//! Truth values and numbers as text.

/// `true`, `false` in any case, `1`, `0`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A float: digits with point and exponent, `NaN`, `inf`, `-inf`. Digits too large for it are none.
pub(crate) fn float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite() || spelt_out(text))
}

/// The same in 32 bits.
pub(crate) fn float32(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite() || spelt_out(text))
}

/// `inf`, `NaN` and their like.
fn spelt_out(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_ascii_digit())
}

/// The shortest text that reads back as the same number.
pub(crate) fn float_text(number: f64) -> String {
    format!("{number:?}")
}

/// The units of `scale` digits behind the point in a decimal of at most `precision` digits. Digits that would be lost
/// are refused.
pub(crate) fn decimal(text: &str, precision: usize, scale: usize) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (kept, lost) = fraction.split_at_checked(scale).unwrap_or((fraction, ""));
    let numeric = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !numeric(whole) || !numeric(fraction) || lost.bytes().any(|d| d != b'0') {
        return None;
    }
    let mut units = 0_i128;
    let zeros = std::iter::repeat_n(b'0', scale - kept.len());
    for digit in whole.bytes().chain(kept.bytes()).chain(zeros) {
        units = units.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let limit = 10_i128.checked_pow(u32::try_from(precision).ok()?)?;
    (units < limit).then_some(sign * units)
}

/// The inverse of [`decimal`].
pub(crate) fn decimal_text(units: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if units < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_has_four_spellings() {
        assert_eq!(
            ["True", "FALSE", "1", "0", "yes", ""].map(parse_bool),
            [Some(true), Some(false), Some(true), Some(false), None, None]
        );
    }

    #[test]
    fn floats_do_not_run_over() {
        assert_eq!([float("1e308"), float("1e309"), float("-inf")], [Some(1e308), None, Some(f64::NEG_INFINITY)]);
        assert_eq!([float32("3e38"), float32("3e39")], [Some(3e38), None]);
        assert!(float("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (text, units) in [("12.5", 1250), ("-0.01", -1), ("7", 700), (".5", 50), ("1.2500", 125)] {
            assert_eq!(decimal(text, 10, 2), Some(units), "{text}");
        }
        for wrong in ["1.255", "1e3", "", "-", ".", "100000000", "1.2.3", "é"] {
            assert_eq!(decimal(wrong, 10, 2), None, "{wrong}");
        }
        assert_eq!(decimal_text(-1, 2), "-0.01");
        assert_eq!(decimal_text(1250, 2), "12.50");
        assert_eq!(decimal_text(7, 0), "7");
    }
}

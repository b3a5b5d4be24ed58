/// 2 ** 52: from here on every float is a whole number.
const ALL_WHOLE: f64 = 4_503_599_627_370_496.0;

/// A float to so many digits behind the point, or before it where they are negative; halves away from zero. Numbers too large to
/// have digits at that place stay as they are, and so does what would be infinite. `digits` are at most 308 on either side.
#[must_use]
pub fn rounded(x: f64, digits: i32) -> f64 {
    let power = 10_f64.powi(digits.saturating_abs());
    if digits > 0 {
        let scaled = x * power;
        return if scaled.abs() < ALL_WHOLE { scaled.round() / power } else { x };
    }
    let result = (x / power).round() * power;
    if result.is_finite() { result } else { x }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn what_has_no_digits_there_stays_as_it_is() {
        for (x, digits) in [(1e300, 5), (1e16, 3), (123_456.789, 12), (f64::MAX, -308), (f64::INFINITY, 2)] {
            assert_eq!(rounded(x, digits).to_bits(), x.to_bits(), "{x:?} to {digits} digits");
        }
        assert!(rounded(f64::NAN, 2).is_nan() && rounded(f64::NAN, -2).is_nan());
        let halves = [(2.5, 0, 3.0), (-2.5, 0, -3.0), (1.25, 1, 1.3), (-1.25, 1, -1.3), (1_250.0, -2, 1_300.0)];
        for (x, digits, due) in halves {
            assert_eq!(rounded(x, digits), due, "{x:?} to {digits} digits");
        }
    }
}

//! Numbers for people.

/// A number in at most four digits or so: `0.1234`, `12,345`, `1.2M`, `3e-7`.
pub fn compact(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        return "–".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "∞".into() } else { "−∞".into() };
    }
    if size >= 1e15 || (size > 0.0 && size < 1e-4) {
        return minus(scientific(number));
    }
    for (unit, sign) in [(1e12, "T"), (1e9, "G"), (1e6, "M")] {
        if size >= unit {
            return minus(trimmed(format!("{:.2}", number / unit))) + sign;
        }
    }
    if size >= 1000.0 {
        return grouped(number);
    }
    // As many digits behind the point as make four in all; whole numbers have none.
    let behind = match size {
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        size if size >= 1.0 => 3,
        size if size >= 0.01 => 4,
        _ => 6,
    };
    minus(trimmed(format!("{number:.behind$}")))
}

/// A share as percent: `12.3%`.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return compact(share);
    }
    let percents = share * 100.0;
    let size = percents.abs();
    let behind = if size >= 10.0 || size == 0.0 {
        1
    } else if size >= 0.1 {
        2
    } else {
        4
    };
    minus(trimmed(format!("{percents:.behind$}"))) + "%"
}

/// A duration in seconds: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 4 min`.
pub fn duration(seconds: f64) -> String {
    if seconds < 0.0005 {
        return "0 ms".into();
    }
    if seconds < 0.9995 {
        return format!("{:.0} ms", seconds * 1000.0);
    }
    if seconds < 59.95 {
        return trimmed(format!("{seconds:.1}")) + " s";
    }
    let whole = seconds.round() as u64;
    if whole < 3600 {
        return format!("{} min {} s", whole / 60, whole % 60);
    }
    format!("{} h {} min", whole / 3600, whole / 60 % 60)
}

/// A number with so many digits behind the point, thousands apart.
pub(crate) fn fixed(number: f64, behind: usize) -> String {
    let text = format!("{:.behind$}", number.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 && whole.len() > 4 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if number < 0.0 && !is_zero { format!("−{out}") } else { out }
}

/// A coordinate: one digit behind the point, none where it is 0.
pub(crate) fn coordinate(number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.to_owned() }
}

fn grouped(number: f64) -> String {
    let behind = if number.abs() < 10_000.0 && number.fract() != 0.0 { 1 } else { 0 };
    fixed(number, behind)
}

fn scientific(number: f64) -> String {
    let text = format!("{number:.2e}");
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{}e{exponent}", trimmed(digits.to_owned())),
        None => text,
    }
}

/// Without zeros at the end of the digits behind the point.
fn trimmed(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.to_owned() }
}

/// With the sign that is as wide as a digit.
fn minus(text: String) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_four_digits() {
        let shown = [0.0, 0.123_456, 12.3456, 1234.5, 12_345.6, 1_234_567.0, 0.000_012, -0.5, 1e20, 7.0, 0.0421]
            .map(compact)
            .join(" ");
        assert_eq!(shown, "0 0.1235 12.35 1234.5 12,346 1.23M 1.2e−5 −0.5 1e20 7 0.0421");
        assert_eq!(compact(f64::NAN), "–");
    }

    #[test]
    fn shares_are_percent() {
        assert_eq!([0.0, 1.0, 0.1234, 0.0123, 0.000_01].map(percent).join(" "), "0% 100% 12.3% 1.23% 0.001%");
    }

    #[test]
    fn durations_grow_units() {
        assert_eq!(
            [0.0, 0.0123, 3.44, 59.96, 125.0, 3840.0].map(duration).join(", "),
            "0 ms, 12 ms, 3.4 s, 1 min 0 s, 2 min 5 s, 1 h 4 min"
        );
    }

    #[test]
    fn coordinates_have_no_negative_zero() {
        assert_eq!([-0.04, 1.0, 2.25, -3.0].map(coordinate).join(" "), "0 1 2.2 -3");
    }
}

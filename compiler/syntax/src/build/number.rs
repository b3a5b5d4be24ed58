//! Numbers, percentages, durations and sizes.

use gml_diagnostics::{Fix, Span};

use super::Builder;
use crate::ast::{Expr, ExprKind, UnaryOperator};
use crate::codes;

/// Units of durations, in microseconds.
const DURATIONS: [(&str, i64); 7] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
    ("w", 604_800_000_000),
];

/// Units of sizes, in bytes.
const SIZES: [(&str, i64); 5] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];

impl Builder<'_, '_> {
    /// The value of a `number`.
    pub(super) fn number(&mut self, written: &str, span: Span) -> ExprKind {
        let digits_end = written.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b'_')).unwrap_or(written.len());
        if digits_end == written.len() {
            return self.whole(written, span);
        }
        let (digits, unit) = split(written);
        if digits.ends_with('_') || digits.contains("__") || digits.contains("_.") || digits.contains("._") {
            return self.bad_number(span, format!("`{digits}` is no number"), "a `_` stands between two digits");
        }
        let plain = digits.replace('_', "");
        match unit {
            "" => self.float(&plain, span),
            "%" => self.float(&format!("{plain}e-2"), span),
            _ => self.with_unit(&plain, unit, span),
        }
    }

    fn whole(&mut self, written: &str, span: Span) -> ExprKind {
        if !written.contains('_') {
            return self.int(written, written, span);
        }
        if written.ends_with('_') || written.contains("__") {
            return self.bad_number(span, format!("`{written}` is no number"), "a `_` stands between two digits");
        }
        self.int(&written.replace('_', ""), written, span)
    }

    fn int(&mut self, digits: &str, written: &str, span: Span) -> ExprKind {
        let number = match digits.parse::<u64>() {
            Ok(number) => match i64::try_from(number) {
                Ok(value) => return ExprKind::Int(value),
                Err(_) => Some(number),
            },
            Err(_) => None,
        };
        if number == Some(i64::MIN.unsigned_abs()) {
            self.beyond_int = Some(span);
        }
        let message = format!("`{written}` is larger than an int can be");
        self.bad_number(span, message, "the largest is 9_223_372_036_854_775_807; write a float, such as `1e20`")
    }

    /// `-` in front of an expression. The smallest int has no positive counterpart, so what was said of its digits is taken back.
    pub(super) fn negated(&mut self, of: Expr) -> ExprKind {
        if self.beyond_int != Some(of.span) || of.kind != ExprKind::Error {
            return ExprKind::Unary(UnaryOperator::Negate, Box::new(of));
        }
        self.diagnostics.retain(|said| said.span != of.span || said.code != codes::BAD_NUMBER);
        ExprKind::Int(i64::MIN)
    }

    fn float(&mut self, digits: &str, span: Span) -> ExprKind {
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => ExprKind::Float(value),
            _ => self.bad_number(span, "this number is larger than a float can be", "the largest is about `1.8e308`"),
        }
    }

    fn with_unit(&mut self, digits: &str, unit: &str, span: Span) -> ExprKind {
        let duration = DURATIONS.iter().find(|(name, _)| *name == unit);
        let size = SIZES.iter().find(|(name, _)| *name == unit);
        let Some((_, factor)) = duration.or(size) else { return self.unknown_unit(digits, unit, span) };
        match multiply(digits, *factor) {
            Ok(value) if duration.is_some() => ExprKind::Duration(value),
            Ok(value) => ExprKind::Size(value.unsigned_abs()),
            Err(Misfit::TooLarge) if duration.is_some() => {
                let message = format!("`{digits}{unit}` is longer than a duration can be");
                self.bad_number(span, message, "the longest are `106_751_991d`, about 292,000 years")
            }
            Err(Misfit::TooLarge) => {
                let message = format!("`{digits}{unit}` is larger than a size can be");
                self.bad_number(span, message, "the largest are `8_388_607TiB`")
            }
            Err(Misfit::Fraction) => {
                let smallest = if duration.is_some() { "microseconds" } else { "bytes" };
                self.bad_number(
                    span,
                    format!("`{digits}{unit}` is no whole number of {smallest}"),
                    "write it in a smaller unit",
                )
            }
        }
    }

    fn unknown_unit(&mut self, digits: &str, unit: &str, span: Span) -> ExprKind {
        let place = Span { start: span.end.saturating_sub(u32::try_from(unit.len()).unwrap_or(0)), ..span };
        let ours = match unit {
            "m" | "mins" | "minutes" => Some("min"),
            "sec" | "secs" | "seconds" => Some("s"),
            "hr" | "hrs" | "hours" | "H" => Some("h"),
            "day" | "days" | "D" => Some("d"),
            "week" | "weeks" | "W" => Some("w"),
            "K" | "KB" | "kB" | "kb" => Some("KiB"),
            "M" | "MB" | "mb" => Some("MiB"),
            "G" | "GB" | "gb" => Some("GiB"),
            "T" | "TB" | "tb" => Some("TiB"),
            _ => None,
        };
        let help = match (unit, ours) {
            ("m" | "mins" | "minutes", _) => format!("for minutes write `{digits}min`; there is no unit for months"),
            (_, Some(ours)) => format!("write `{digits}{ours}`"),
            ("y" | "yr" | "years" | "mo" | "months", _) => {
                "years and months differ in length: count in days or weeks".to_owned()
            }
            _ if digits == "0" && unit.starts_with(['x', 'b', 'o']) => "numbers are written in decimal".to_owned(),
            _ => "durations end in us, ms, s, min, h, d or w; sizes in B, KiB, MiB, GiB or TiB; a name cannot begin with a digit"
                .to_owned(),
        };
        let message = format!("`{unit}` is no unit");
        match ours {
            Some(ours) => self.report_written(codes::UNKNOWN_UNIT, place, message, help, Fix::guess(place, ours)),
            None => self.report(codes::UNKNOWN_UNIT, place, message, help),
        }
        ExprKind::Error
    }

    fn bad_number(&mut self, span: Span, message: impl Into<String>, help: &str) -> ExprKind {
        self.report(codes::BAD_NUMBER, span, message, help);
        ExprKind::Error
    }
}

/// Digits with fraction and exponent, and what follows them.
fn split(written: &str) -> (&str, &str) {
    let bytes = written.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'0'..=b'9' | b'_' => at += 1,
            b'.' if digit(at + 1) => at += 1,
            b'e' | b'E' => {
                let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
                let exponent = &bytes[(at + 1 + sign).min(bytes.len())..];
                if !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit) {
                    at = bytes.len();
                }
                break;
            }
            _ => break,
        }
    }
    written.split_at(at)
}

enum Misfit {
    TooLarge,
    Fraction,
}

/// Decimal digits times a factor, exactly.
fn multiply(digits: &str, factor: i64) -> Result<i64, Misfit> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 12 {
        return Err(Misfit::Fraction);
    }
    let scale = 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
    let digits: i128 = format!("{whole}{fraction}").parse().map_err(|_| Misfit::TooLarge)?;
    let value = digits.checked_mul(i128::from(factor)).ok_or(Misfit::TooLarge)?;
    if value % scale != 0 {
        return Err(Misfit::Fraction);
    }
    i64::try_from(value / scale).map_err(|_| Misfit::TooLarge)
}

//! What literals with units come to.

use gml_ir::DAY;
use gml_syntax::ast::ExprKind;

const MICROS: i64 = 1_000_000;

/// The value of a literal that is written with a unit, in words; `None` for others.
pub(crate) fn value(kind: &ExprKind, text: &str) -> Option<String> {
    match kind {
        ExprKind::Float(value) if text.ends_with('%') => Some(format!("float: {value}")),
        ExprKind::Duration(micros) => Some(format!("duration: {}", duration(*micros))),
        ExprKind::Size(bytes) => Some(format!("size: {bytes} bytes")),
        ExprKind::Date(days) => Some(format!("date: {}", weekday(i64::from(*days)))),
        ExprKind::Timestamp(micros) => {
            Some(format!("timestamp in UTC: {}, {} µs since 1970", weekday(micros.div_euclid(DAY)), micros))
        }
        _ => None,
    }
}

fn duration(micros: i64) -> String {
    let seconds = if micros % MICROS == 0 { format!("{} s", micros / MICROS) } else { format!("{micros} µs") };
    if micros != 0 && micros % DAY == 0 { format!("{} days, {seconds}", micros / DAY) } else { seconds }
}

fn weekday(days: i64) -> &'static str {
    // 1970-01-01 was a Thursday.
    ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        .get(usize::try_from(days.rem_euclid(7)).unwrap_or(0))
        .copied()
        .unwrap_or("Thursday")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_to_values() {
        assert_eq!(value(&ExprKind::Float(0.8), "80%").as_deref(), Some("float: 0.8"));
        assert_eq!(value(&ExprKind::Float(0.8), "0.8"), None);
        assert_eq!(value(&ExprKind::Duration(7 * DAY), "7d").as_deref(), Some("duration: 7 days, 604800 s"));
        assert_eq!(value(&ExprKind::Duration(5_000), "5ms").as_deref(), Some("duration: 5000 µs"));
        assert_eq!(value(&ExprKind::Size(1 << 30), "1GiB").as_deref(), Some("size: 1073741824 bytes"));
        assert_eq!(value(&ExprKind::Date(18_653), "@2021-01-26").as_deref(), Some("date: Tuesday"));
    }
}

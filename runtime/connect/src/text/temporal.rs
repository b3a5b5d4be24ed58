//! Dates, times, timestamps and durations as text: ISO 8601, or the `strftime` format of a column.

use std::sync::Arc;

use gml_ir::{DAY, Parsed, Value};
use jiff::civil::{Date, Time};
use jiff::fmt::strtime;

use super::strftime;

/// How a file spells a date, a time or a timestamp.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stamp {
    /// ISO 8601
    Iso,
    /// In a `strftime` format
    Format(Arc<str>),
    /// A whole number of units since 1970
    Epoch(Unit),
}

/// What an epoch counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Milli,
    Micro,
    Nano,
}

impl Stamp {
    /// The form that a schema declares.
    pub(crate) fn of(parsed: Option<&Parsed>) -> Self {
        match parsed {
            None => Self::Iso,
            Some(Parsed::Format(format)) => Self::Format(format.clone()),
            Some(Parsed::Seconds) => Self::Epoch(Unit::Second),
            Some(Parsed::Milliseconds) => Self::Epoch(Unit::Milli),
            Some(Parsed::Microseconds) => Self::Epoch(Unit::Micro),
            Some(Parsed::Nanoseconds) => Self::Epoch(Unit::Nano),
        }
    }
}

impl Unit {
    /// Microseconds of a count; parts of a microsecond are cut off towards the past.
    pub(crate) fn micros(self, count: i64) -> Option<i64> {
        match self {
            Self::Second => count.checked_mul(1_000_000),
            Self::Milli => count.checked_mul(1_000),
            Self::Micro => Some(count),
            Self::Nano => Some(count.div_euclid(1_000)),
        }
    }

    /// The count of microseconds; `None` where it is no whole count or too large.
    pub(crate) fn count(self, micros: i64) -> Option<i64> {
        let whole = |unit: i64| (micros.rem_euclid(unit) == 0).then(|| micros.div_euclid(unit));
        match self {
            Self::Second => whole(1_000_000),
            Self::Milli => whole(1_000),
            Self::Micro => Some(micros),
            Self::Nano => micros.checked_mul(1_000),
        }
    }
}

/// Days since 1970.
pub(crate) fn date(text: &str, stamp: &Stamp) -> Option<i32> {
    match stamp {
        Stamp::Iso => iso_date(text.as_bytes()),
        Stamp::Format(format) => strftime::date(format, text),
        Stamp::Epoch(unit) => date_of_micros(unit.micros(text.parse().ok()?)?),
    }
}

/// The day of a moment.
pub(crate) fn date_of_micros(micros: i64) -> Option<i32> {
    i32::try_from(micros.div_euclid(DAY)).ok()
}

/// The first microsecond of a day.
pub(crate) fn micros_of_date(day: i32) -> i64 {
    i64::from(day) * DAY
}

/// Nanoseconds since midnight.
pub(crate) fn time(text: &str, stamp: &Stamp) -> Option<i64> {
    match stamp {
        Stamp::Iso => iso_time(text.as_bytes()),
        Stamp::Format(format) => strftime::time(format, text),
        Stamp::Epoch(_) => None,
    }
}

/// Microseconds since 1970; a text without an offset is UTC.
pub(crate) fn timestamp(text: &str, stamp: &Stamp) -> Option<i64> {
    match stamp {
        Stamp::Iso => iso_timestamp(text),
        Stamp::Format(format) => strftime::timestamp(format, text),
        Stamp::Epoch(unit) => unit.micros(text.parse().ok()?),
    }
}

/// Microseconds: a whole number of them, or a number with a unit (`90s`, `15min`, `-2d`).
pub(crate) fn duration(text: &str) -> Option<i64> {
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "" | "us" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

/// The inverse of [`date`]; `None` where the format cannot hold the day.
pub(crate) fn date_text(day: i32, stamp: &Stamp) -> Option<String> {
    match stamp {
        Stamp::Iso => Some(Value::Date(day).to_string().trim_start_matches('@').to_owned()),
        Stamp::Format(format) => strtime::format(format.as_bytes(), civil(day.into())?).ok(),
        Stamp::Epoch(unit) => Some(unit.count(micros_of_date(day))?.to_string()),
    }
}

/// The inverse of [`time`].
pub(crate) fn time_text(nanos: i64, stamp: &Stamp) -> Option<String> {
    match stamp {
        Stamp::Iso if nanos % 1_000 == 0 => Some(Value::Time(nanos / 1_000).to_string()),
        Stamp::Iso => Some(format!("{}.{:09}", Value::Time(nanos / 1_000_000_000 * 1_000_000), nanos % 1_000_000_000)),
        Stamp::Format(format) => strtime::format(format.as_bytes(), clock(nanos)?).ok(),
        Stamp::Epoch(_) => None,
    }
}

/// The inverse of [`timestamp`].
pub(crate) fn timestamp_text(micros: i64, stamp: &Stamp) -> Option<String> {
    match stamp {
        Stamp::Iso => Some(Value::Timestamp(micros).to_string().trim_start_matches('@').to_owned()),
        Stamp::Format(format) => {
            let moment = jiff::Timestamp::from_microsecond(micros).ok()?;
            strtime::format(format.as_bytes(), &moment.to_zoned(jiff::tz::TimeZone::UTC)).ok()
        }
        Stamp::Epoch(unit) => Some(unit.count(micros)?.to_string()),
    }
}

/// The inverse of [`duration`].
pub(crate) fn duration_text(micros: i64) -> String {
    Value::Duration(micros).to_string()
}

fn iso_date(text: &[u8]) -> Option<i32> {
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    i32::try_from(days(date)).ok()
}

/// `HH:MM`, `HH:MM:SS`, up to nine digits behind the point.
fn iso_time(text: &[u8]) -> Option<i64> {
    if text.len() < 5 || text[2] != b':' {
        return None;
    }
    let (hour, minute) = (number(&text[..2])?, number(&text[3..5])?);
    let (second, fraction) = match &text[5..] {
        [] => (0, 0),
        [b':', a, b] => (number(&[*a, *b])?, 0),
        [b':', a, b, b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            (number(&[*a, *b])?, number(digits)? * 10_i64.pow(9 - digits.len() as u32))
        }
        _ => return None,
    };
    let valid = hour < 24 && minute < 60 && second < 60;
    valid.then(|| (hour * 3_600 + minute * 60 + second) * 1_000_000_000 + fraction)
}

fn iso_timestamp(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let day = iso_date(bytes.get(..10)?)?;
    let rest = match bytes.get(10) {
        None => return Some(micros_of_date(day)),
        Some(b'T' | b't' | b' ') => &bytes[11..],
        Some(_) => return None,
    };
    let mark = rest.iter().position(|letter| matches!(letter, b'Z' | b'z' | b'+' | b'-' | b' ')).unwrap_or(rest.len());
    let clock = iso_time(&rest[..mark])?.div_euclid(1_000);
    micros_of_date(day).checked_add(clock)?.checked_sub(offset(&rest[mark..])?)
}

/// Microseconds ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, digits) = match text {
        [] | b"Z" | b"z" | b"UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b] => (number(&[*a, *b])?, 0),
        [a, b, b':', c, d] | [a, b, c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000_000)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Days since 1970.
pub(super) fn days(date: Date) -> i64 {
    date.since((jiff::Unit::Day, Date::new(1970, 1, 1).unwrap_or(Date::ZERO))).map_or(0, |span| span.get_days().into())
}

/// Nanoseconds since midnight.
pub(super) fn nanos(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1_000_000_000 + i64::from(time.subsec_nanosecond())
}

fn civil(day: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(day).ok()?;
    Date::new(1970, 1, 1).ok()?.checked_add(span).ok()
}

fn clock(nanos: i64) -> Option<Time> {
    let part = |unit: i64, count: i64| i8::try_from(nanos / unit % count).ok();
    let fraction = i32::try_from(nanos % 1_000_000_000).ok()?;
    Time::new(part(3_600_000_000_000, 24)?, part(60_000_000_000, 60)?, part(1_000_000_000, 60)?, fraction).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_timestamps_are_brought_to_utc() {
        let noon = 1_611_662_400_000_000;
        for text in [
            "2021-01-26T12:00:00Z",
            "2021-01-26 12:00:00",
            "2021-01-26T12:00",
            "2021-01-26T14:00:00+02:00",
            "2021-01-26T04:30:00.000000000-0730",
            "2021-01-26 12:00:00 UTC",
        ] {
            assert_eq!(timestamp(text, &Stamp::Iso), Some(noon), "{text}");
        }
        for wrong in ["2021-02-30", "2021-01-26T25:00:00Z", "2021-01-26T12:00:00+2", "26.01.2021", "", "2021-01-26X"] {
            assert_eq!(timestamp(wrong, &Stamp::Iso), None, "{wrong}");
        }
    }

    #[test]
    fn formats_and_epochs_read_and_write() {
        let day = 18_653;
        for stamp in [
            Stamp::Iso,
            Stamp::Format("%Y%m%d".into()),
            Stamp::Format("%d.%m.%Y".into()),
            Stamp::Epoch(Unit::Second),
            Stamp::Epoch(Unit::Nano),
        ] {
            let text = date_text(day, &stamp).unwrap();
            assert_eq!(date(&text, &stamp), Some(day), "{text}");
        }
        let format = Stamp::Format("%d/%m/%Y %H:%M:%S".into());
        assert_eq!(timestamp("26/01/2021 12:00:00", &format), Some(1_611_662_400_000_000));
        assert_eq!(timestamp_text(1_611_662_400_000_000, &format).unwrap(), "26/01/2021 12:00:00");
        assert_eq!(timestamp("1611662400123456789", &Stamp::Epoch(Unit::Nano)), Some(1_611_662_400_123_456));
    }

    #[test]
    fn times_keep_nanoseconds() {
        for nanos in [0, 1, 86_399_999_999_999, 43_200_000_000_000, 1_500_000_000] {
            assert_eq!(time(&time_text(nanos, &Stamp::Iso).unwrap(), &Stamp::Iso), Some(nanos));
        }
        assert_eq!(time("12:30 PM", &Stamp::Format("%I:%M %p".into())), Some(45_000_000_000_000));
    }

    #[test]
    fn durations_take_a_number_with_a_unit() {
        assert_eq!(duration("15min"), Some(900_000_000));
        assert_eq!(duration("-2d"), Some(-172_800_000_000));
        assert_eq!(duration("250"), Some(250));
        assert_eq!(duration("2 days"), None);
        assert_eq!(duration(&duration_text(5_400_000_000)), Some(5_400_000_000));
    }
}

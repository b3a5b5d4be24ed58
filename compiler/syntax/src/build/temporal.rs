//! Dates and timestamps.

use gml_diagnostics::Span;

use super::Builder;
use crate::ast::ExprKind;
use crate::codes;

/// Why a literal names no time.
struct Wrong(String, &'static str);

const DATE_FORM: &str = "a date is written `@2021-01-26`";
const TIMESTAMP_FORM: &str = "a timestamp is written `@2021-01-26T08:00:00Z`";

impl Builder<'_, '_> {
    /// The value of a `date`: a day, or a time of a day.
    pub(super) fn date(&mut self, written: &str, span: Span) -> ExprKind {
        let digits = written.strip_prefix('@').unwrap_or(written);
        let value = match digits.split_once('T') {
            None => days(digits, DATE_FORM).map(ExprKind::Date),
            Some((day, time)) => timestamp(day, time).map(ExprKind::Timestamp),
        };
        value.unwrap_or_else(|Wrong(message, help)| {
            self.report(codes::BAD_DATE, span, message, help);
            ExprKind::Error
        })
    }
}

/// Days since 1970-01-01.
fn days(written: &str, form: &'static str) -> Result<i32, Wrong> {
    let parts: Vec<&str> = written.split('-').collect();
    let &[year, month, day] = parts.as_slice() else {
        return Err(Wrong(format!("`@{written}` is no date"), form));
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return Err(Wrong(format!("`@{written}` is no date"), form));
    };
    if !(1..=12).contains(&month) {
        return Err(Wrong(format!("there is no month {month}"), form));
    }
    let last = days_in_month(year, month);
    if !(1..=last).contains(&day) {
        let message = format!("{year:04}-{month:02} has no day {day}");
        return Err(Wrong(message, if last < 30 { "February has 28 days, in a leap year 29" } else { form }));
    }
    Ok(days_from_civil(year, month, day))
}

/// Microseconds since 1970-01-01T00:00:00Z.
fn timestamp(day: &str, time: &str) -> Result<i64, Wrong> {
    let day_number = days(day, TIMESTAMP_FORM)?;
    let Some(clock) = time.strip_suffix('Z') else {
        let zoned = time.contains(['+', '-']);
        let message = if zoned { "timestamps are written in UTC" } else { "a timestamp ends in `Z`, for UTC" };
        let help = if zoned {
            "subtract the offset and end in `Z`: `@2021-01-26T08:00:00Z`"
        } else {
            "all timestamps are UTC; write `@2021-01-26T08:00:00Z`"
        };
        return Err(Wrong(message.to_owned(), help));
    };
    let wrong = || Wrong(format!("`{clock}` is no time of a day"), TIMESTAMP_FORM);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let parts: Vec<&str> = clock.split(':').collect();
    let &[hour, minute, second] = parts.as_slice() else { return Err(wrong()) };
    let (Some(hour), Some(minute), Some(second)) = (number(hour, 2), number(minute, 2), number(second, 2)) else {
        return Err(wrong());
    };
    if hour > 23 || minute > 59 || second > 59 {
        return Err(Wrong(format!("`{clock}` is no time of a day"), "hours go to 23, minutes and seconds to 59"));
    }
    if fraction.len() > 6 {
        return Err(Wrong(
            format!("`.{fraction}` is finer than a timestamp is"),
            "timestamps count microseconds: at most six digits",
        ));
    }
    let micros: i64 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
    let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Ok((i64::from(day_number) * 86_400 + seconds) * 1_000_000 + micros)
}

/// Exactly so many digits.
fn number(written: &str, digits: usize) -> Option<i32> {
    let fits = written.len() == digits && written.bytes().all(|byte| byte.is_ascii_digit());
    if fits { written.parse().ok() } else { None }
}

fn days_in_month(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (years counted from March, in eras of 400).
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::{days, timestamp};

    #[test]
    fn counts_days_from_1970() {
        let day = |written| days(written, "").ok();
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("1969-12-31"), Some(-1));
        assert_eq!(day("2000-03-01"), Some(11_017));
        assert_eq!(day("2021-01-26"), Some(18_653));
        assert_eq!(day("0001-01-01"), Some(-719_162));
        assert_eq!(day("2024-02-29"), Some(19_782));
        assert_eq!(day("2023-02-29"), None);
        assert_eq!(day("1900-02-29"), None);
        assert_eq!(day("2021-1-26"), None);
    }

    #[test]
    fn counts_microseconds_of_a_day() {
        assert_eq!(timestamp("1970-01-02", "00:00:01.5Z").ok(), Some(86_401_500_000));
        assert_eq!(timestamp("2021-01-26", "24:00:00Z").ok(), None);
        assert_eq!(timestamp("2021-01-26", "08:00Z").ok(), None);
    }
}

//! Dates and times in a `strftime` format, as texts write them. One reading for all: the `parsed` of a schema and the functions of
//! texts.

use std::sync::Arc;

use gml_ir::DAY;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};

use super::temporal::{date_of_micros, days, nanos};

/// The form in which texts write dates or moments: a format of `strftime`.
#[derive(Clone, Debug)]
pub struct MomentForm(Arc<str>);

impl MomentForm {
    /// That of the format.
    pub fn new(format: &str) -> Self {
        Self(format.into())
    }

    /// Days since 1970; `None` where the text is no date in this form.
    pub fn date(&self, text: &str) -> Option<i32> {
        date(&self.0, text)
    }

    /// Microseconds since 1970, in UTC; `None` where the text is no moment in this form. Without an offset it is in UTC.
    pub fn timestamp(&self, text: &str) -> Option<i64> {
        timestamp(&self.0, text)
    }
}

/// Days since 1970.
pub(super) fn date(format: &str, text: &str) -> Option<i32> {
    let parts = parts(format, text)?;
    match parts.to_date() {
        Ok(day) => i32::try_from(days(day)).ok(),
        // Of a count of seconds it is the day in UTC.
        Err(_) => date_of_micros(parts.to_timestamp().ok()?.as_microsecond()),
    }
}

/// Nanoseconds since midnight.
pub(super) fn time(format: &str, text: &str) -> Option<i64> {
    Some(nanos(parts(format, text)?.to_time().ok()?))
}

/// Microseconds since 1970; a text without an offset is UTC.
pub(super) fn timestamp(format: &str, text: &str) -> Option<i64> {
    let parts = parts(format, text)?;
    if let Ok(moment) = parts.to_timestamp() {
        return Some(moment.as_microsecond());
    }
    // A format of a day alone stands for its first moment.
    let moment = parts.to_datetime().or_else(|_| parts.to_date().map(DateTime::from)).ok()?;
    Some(days(moment.date()) * DAY + nanos(moment.time()).div_euclid(1_000))
}

fn parts(format: &str, text: &str) -> Option<BrokenDownTime> {
    strtime::parse(format, text).ok().or_else(|| with_other_offset(format, text))
}

/// An offset may be written with a colon, without one, and at the end as `Z`, whichever of `%z` and `%:z` the format has: so
/// do the `strptime` of C and that of Python.
fn with_other_offset(format: &str, text: &str) -> Option<BrokenDownTime> {
    let (own, other) = if format.contains("%:z") { ("%:z", "%z") } else { ("%z", "%:z") };
    if !format.contains(own) {
        return None;
    }
    if let (Some(format), Some(text)) = (format.strip_suffix(own), text.strip_suffix(['Z', 'z'])) {
        return strtime::parse(format!("{format}{own}"), format!("{text}{}", zero(own))).ok();
    }
    strtime::parse(format.replace(own, other), text).ok()
}

/// No offset, as the specifier writes it.
fn zero(specifier: &str) -> &'static str {
    if specifier == "%z" { "+0000" } else { "+00:00" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_611_662_400_000_000;

    #[test]
    fn offsets_are_read_however_they_are_written() {
        for format in ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%:z"] {
            for text in ["2021-01-26T14:00:00+0200", "2021-01-26T14:00:00+02:00", "2021-01-26T12:00:00Z"] {
                assert_eq!(timestamp(format, text), Some(NOON), "{text} as {format}");
            }
            for text in ["2021-01-26T14:00:00", "2021-01-26T14:00:00 CET", "Z", ""] {
                assert_eq!(timestamp(format, text), None, "{text} as {format}");
            }
        }
        assert_eq!(timestamp("%H:%M%z %F", "14:00+02:00 2021-01-26"), Some(NOON));
        assert_eq!(timestamp("%F %H:%M", "2021-01-26 12:00Z"), None);
    }

    #[test]
    fn fractions_of_a_second_are_digits_behind_the_point() {
        for format in ["%F %T.%f", "%F %T%.f", "%F %T%.3f"] {
            assert_eq!(timestamp(format, "2021-01-26 12:00:00.500"), Some(NOON + 500_000), "{format}");
        }
        assert_eq!(timestamp("%F %T.%f", "2021-01-26 12:00:00.0005"), Some(NOON + 500));
    }

    #[test]
    fn a_count_of_seconds_has_a_day() {
        assert_eq!(timestamp("%s", "1611662400"), Some(NOON));
        assert_eq!(date("%s", "1611662400"), Some(18_653));
        assert_eq!(date("%s", "-1"), Some(-1));
    }

    #[test]
    fn what_is_written_otherwise_is_none() {
        assert_eq!(date("%d.%m.%Y", "26.1.2021"), Some(18_653));
        assert_eq!(date("%B %d, %Y", "January 26, 2021"), Some(18_653));
        assert_eq!(date("%Y-%j", "2021-026"), Some(18_653));
        for text in ["30.02.2021", "26.01.2021 ", "26.01.2021x", "26/01/2021", ""] {
            assert_eq!(date("%d.%m.%Y", text), None, "{text:?}");
        }
        assert_eq!(time("%I:%M %p", "12:30 PM"), Some(45_000_000_000_000));
        assert_eq!(time("%H:%M", "25:00"), None);
    }
}

//! Where the lines of an axis are, and what stands at them.

use crate::figure::Form;
use crate::number::{compact, fixed};

/// Ends and marked places of an axis of numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticks {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Where, and what stands there.
    pub(crate) at: Vec<(f64, String)>,
}

/// Ticks at round numbers (Heckbert 1990, "Nice Numbers for Graph Labels"), about `wanted` of them. Ends that are not given
/// move out to round numbers.
pub(crate) fn ticks(low: f64, high: f64, ends: (Option<f64>, Option<f64>), form: Form, wanted: usize) -> Ticks {
    let (low, high) = (ends.0.unwrap_or(low), ends.1.unwrap_or(high));
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
    let (low, high) = if high - low > low.abs().max(high.abs()) * 1e-12 {
        (low, high)
    } else {
        let room = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        (ends.0.unwrap_or(low - room), if ends.0.is_some() { low + room } else { high + room })
    };
    if form == Form::Power {
        return powers(low, high, ends);
    }
    let raw = (high - low) / wanted.max(1) as f64;
    let step = match form {
        Form::Whole => round(raw).max(1.0).ceil(),
        Form::Time => time_step(raw),
        Form::Plain | Form::Percent | Form::Power => round(raw),
    };
    let first = (low / step).floor() * step;
    let from = if ends.0.is_some() { low } else { first };
    let last = (high / step).ceil() * step;
    let to = if ends.1.is_some() { high } else { last };
    let slack = step * 1e-6;
    let count = ((last - first) / step).round() as usize;
    let places = (0..=count).map(|place| first + place as f64 * step);
    let inside = places.filter(|at| *at >= from - slack && *at <= to + slack);
    Ticks { from, to, at: inside.map(|at| (at, label(at, step, form))).collect() }
}

/// Ticks at 1, 2 and 5 times powers of ten, or at powers of ten only where those are many.
fn powers(low: f64, high: f64, ends: (Option<f64>, Option<f64>)) -> Ticks {
    let (from, to) = (ends.0.unwrap_or(low - 0.05), ends.1.unwrap_or(high + 0.05));
    let wide = to - from;
    let every = (wide / 6.0).ceil().max(1.0);
    let digits: &[f64] = if wide > 2.5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let first = (from / every).floor() * every;
    let powers = (0..=((to - first) / every) as usize).map(|place| first + place as f64 * every);
    let at = powers.flat_map(|power| digits.iter().map(move |digit| power + digit.log10()));
    let at = at.filter(|at| *at >= from - 1e-9 && *at <= to + 1e-9);
    Ticks { from, to, at: at.map(|at| (at, label(at, 1.0, Form::Power))).collect() }
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn round(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let share = raw / power;
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    steps.iter().copied().find(|step| *step >= share * 0.999_999).unwrap_or(10.0) * power
}

const SECOND: f64 = 1e6;
const DAY: f64 = 86_400.0 * SECOND;

/// Round numbers of seconds, minutes, hours and days.
fn time_step(raw: f64) -> f64 {
    let steps = [1.0, 5.0, 15.0, 30.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 10_800.0, 21_600.0, 43_200.0];
    let steps = steps.iter().map(|seconds| seconds * SECOND);
    let mut steps = steps.chain([1.0, 2.0, 7.0, 14.0, 28.0, 91.0, 182.0].iter().map(|days| days * DAY));
    steps.find(|step| *step >= raw).unwrap_or_else(|| round(raw / (365.0 * DAY)).max(1.0) * 365.0 * DAY)
}

fn label(at: f64, step: f64, form: Form) -> String {
    match form {
        Form::Whole => count(at),
        Form::Time => time(at, step),
        Form::Percent => fixed(at * 100.0, digits(step * 100.0)) + "%",
        Form::Power => compact(10f64.powf(at)),
        Form::Plain if at == 0.0 || at.abs() < step * 1e-6 => "0".into(),
        Form::Plain if at.abs() >= 1e6 || step < 1e-5 => compact(at),
        Form::Plain => fixed(at, digits(step)),
    }
}

fn count(at: f64) -> String {
    if at.abs() >= 1e6 { compact(at) } else { fixed(at, 0) }
}

/// Digits behind the point that a step needs.
fn digits(step: f64) -> usize {
    let places = 0..9_u8;
    let is_whole =
        |scaled: f64| (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1e-9) && scaled.round() != 0.0;
    places.into_iter().find(|place| is_whole(step * 10f64.powi((*place).into()))).unwrap_or(9).into()
}

/// A date where steps are days, else the time of day; microseconds since 1970.
fn time(at: f64, step: f64) -> String {
    let days = (at / DAY).floor();
    let seconds = ((at - days * DAY) / SECOND).round() as i64;
    let (year, month, day) = civil(days as i64);
    if step >= DAY {
        return format!("{year}-{month:02}-{day:02}");
    }
    let clock = format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    let clock = if step < 60.0 * SECOND { format!("{clock}:{:02}", seconds % 60) } else { clock };
    if seconds == 0 { format!("{month:02}-{day:02} {clock}") } else { clock }
}

/// Year, month and day of days since 1970-01-01 (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(low: f64, high: f64, form: Form) -> String {
        let ticks = ticks(low, high, (None, None), form, 5);
        let labels: Vec<_> = ticks.at.into_iter().map(|(_, label)| label).collect();
        format!("{}..{}: {}", ticks.from, ticks.to, labels.join(" "))
    }

    #[test]
    fn ends_are_round() {
        assert_eq!(shown(0.0, 1.0, Form::Plain), "0..1: 0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(shown(0.013, 0.087, Form::Percent), "0..0.1: 0% 2% 4% 6% 8% 10%");
        assert_eq!(shown(-3.2, 4.1, Form::Plain), "-4..6: −4 −2 0 2 4 6");
        assert_eq!(shown(0.0, 3.0, Form::Whole), "0..3: 0 1 2 3");
        assert_eq!(shown(0.0, 43_210.0, Form::Whole), "0..50000: 0 10,000 20,000 30,000 40,000 50,000");
    }

    #[test]
    fn given_ends_stay() {
        let ticks = ticks(0.2, 0.7, (Some(0.0), Some(0.9)), Form::Plain, 5);
        assert_eq!((ticks.from, ticks.to), (0.0, 0.9));
        assert_eq!(ticks.at.len(), 5);
    }

    #[test]
    fn what_has_no_extent_gets_one() {
        for (low, high) in
            [(0.0, 0.0), (5.0, 5.0), (-2.0, -2.0), (f64::NAN, f64::NAN), (f64::INFINITY, f64::NEG_INFINITY)]
        {
            let ticks = ticks(low, high, (None, None), Form::Plain, 5);
            assert!(ticks.from < ticks.to && ticks.at.len() > 1, "{low} {high}: {ticks:?}");
        }
    }

    #[test]
    fn powers_are_what_they_are_logarithms_of() {
        let ticks = ticks(-3.0, 0.0, (None, None), Form::Power, 5);
        let labels: Vec<_> = ticks.at.into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels.join(" "), "0.001 0.01 0.1 1");
        let ticks = super::ticks(0.6, 2.4, (None, None), Form::Power, 5);
        let labels: Vec<_> = ticks.at.into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels.join(" "), "5 10 20 50 100 200");
    }

    #[test]
    fn times_are_dates_or_clocks() {
        let day = |days: f64| days * DAY;
        let days = shown(day(18_653.0), day(18_663.0), Form::Time);
        assert!(
            days.ends_with(": 2021-01-25 2021-01-27 2021-01-29 2021-01-31 2021-02-02 2021-02-04 2021-02-06"),
            "{days}"
        );
        assert!(shown(day(18_653.0), day(18_653.5), Form::Time).ends_with("01-26 00:00 03:00 06:00 09:00 12:00"));
        assert_eq!(civil(-1), (1969, 12, 31));
        assert_eq!(civil(11_016), (2000, 2, 29));
    }
}

//! Numbers that are hashed: the buckets of what Rust and GML write for them.

use gml_codegen::object::{Change, Written, murmur3};
use gml_codegen::testing::Random;

use super::built::{Built, float, operation, seen};

/// So many that two texts are hardly ever in the same one.
const BUCKETS: u32 = 2_000_000_011;

fn bucket(text: &str) -> f64 {
    f64::from(murmur3(text.as_bytes()).cast_signed().unsigned_abs() % BUCKETS)
}

/// Whether each number is in the bucket of its text.
fn holds(written: Written, numbers: &[f64], text: impl Fn(f64) -> String) {
    let built = Built::of(&seen(
        vec![float("x", false)],
        vec![operation(0, Change::Hash { written, buckets: BUCKETS })],
        vec![1],
    ));
    for (number, found) in numbers.iter().zip(built.score(numbers)) {
        let text = text(*number);
        assert!(found == bucket(&text), "{written:?} of {number:?} ({:#x}) is not {text}", number.to_bits());
    }
}

#[test]
fn floats_are_written_with_the_shortest_digits() {
    let mut numbers = vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        0.3,
        1.0 / 3.0,
        2.0 / 3.0,
        123.456,
        -1e-4,
        9.999e-5,
        1e-5,
        1e15,
        1e16,
        1.5e16,
        -1e16,
        9_999_999_999_999_998.0,
        123_456_789_012_345_680.0,
        1e22,
        1e23,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::EPSILON,
        4.35,
        0.000_123_456_789,
        2_f64.powi(36) + 2_f64.powi(-6),
        2_f64.powi(36) + 3.0 * 2_f64.powi(-6),
        9_007_199_254_740_993.0,
        4_503_599_627_370_497.5,
        8.41e21,
        2.0_f64.powi(-44),
    ];
    numbers.extend((-1_074..1_024).map(|power| 2_f64.powi(power)));
    numbers.extend((-1_022..1_024).map(|power| 2_f64.powi(power).next_down()));
    numbers.extend((-323..=308).map(|power| format!("1e{power}").parse::<f64>().unwrap()));
    let mut random = Random::new(7);
    let mut bits = |count: u64| {
        (random.below(1 << 31) << 42 ^ random.below(1 << 31) << 21 ^ random.below(1 << 31)) >> (64 - count)
    };
    for _ in 0..200_000 {
        // Any float, those with few digits, those between whole numbers, and small ones that are written without an exponent.
        numbers.push(f64::from_bits(bits(64)));
        numbers.push(bits(20) as f64 / 10_f64.powi((bits(4) % 10) as i32));
        numbers.push(bits(52) as f64 / 2_f64.powi(bits(6) as i32));
        numbers.push(f64::from_bits(bits(64) & !(0x7ff << 52) | (1_023 - 14 + bits(6)) << 52));
    }
    holds(Written::Float, &numbers, |number| format!("{:?}", number + 0.0));
}

#[test]
fn whole_numbers_are_written_digit_by_digit() {
    let mut numbers: Vec<f64> = (-1_200..1_200).map(f64::from).collect();
    numbers.extend((0..53).flat_map(|power| [2_f64.powi(power), -2_f64.powi(power), 2_f64.powi(power) - 1.0]));
    numbers.extend((0..16).flat_map(|power| [10_f64.powi(power), 10_f64.powi(power) - 1.0, 1.0 - 10_f64.powi(power)]));
    numbers.extend([9_007_199_254_740_992.0, -9_007_199_254_740_992.0, -0.0]);
    holds(Written::Whole, &numbers, |number| (number as i64).to_string());
}

#[test]
fn dates_and_times_are_written_as_constants_are() {
    let dates = [
        (0.0, "1970-01-01"),
        (-1.0, "1969-12-31"),
        (19_782.0, "2024-02-29"),
        (-719_468.0, "0000-03-01"),
        (-719_900.0, "-002-12-25"),
        (2_932_897.0, "10000-01-01"),
    ];
    let text_of = |cases: &'static [(f64, &'static str)]| {
        move |number: f64| cases.iter().find(|case| case.0 == number).unwrap().1.to_owned()
    };
    let numbers = |cases: &[(f64, &str)]| cases.iter().map(|case| case.0).collect::<Vec<_>>();
    holds(Written::Date, &numbers(&dates), text_of(Box::leak(Box::new(dates))));
    let times: &'static [(f64, &str)] = &[
        (0.0, "00:00:00"),
        (1.0, "00:00:00.000001"),
        (86_399_999_999.0, "23:59:59.999999"),
        (3_723_500_000.0, "01:02:03.500000"),
    ];
    holds(Written::Time, &numbers(times), text_of(times));
    let timestamps: &'static [(f64, &str)] = &[
        (0.0, "1970-01-01T00:00:00Z"),
        (-1.0, "1969-12-31T23:59:59.999999Z"),
        (1_709_251_199_000_000.0, "2024-02-29T23:59:59Z"),
    ];
    holds(Written::Timestamp, &numbers(timestamps), text_of(timestamps));
    let durations: &'static [(f64, &str)] = &[
        (0.0, "0s"),
        (1.0, "1us"),
        (-2_000.0, "-2ms"),
        (90_000_000.0, "90s"),
        (-7_200_000_000.0, "-2h"),
        (86_400_000_000.0, "1d"),
        (1_209_600_000_000.0, "2w"),
        (60_000_000.0, "1min"),
        (1_001.0, "1001us"),
    ];
    holds(Written::Duration, &numbers(durations), text_of(durations));
}

/// What no column of its kind holds does not make it fail.
#[test]
fn no_number_makes_it_fail() {
    for written in [Written::Whole, Written::Float, Written::Date, Written::Time, Written::Timestamp, Written::Duration]
    {
        let change = Change::Hash { written, buckets: 5 };
        let built = Built::of(&seen(vec![float("x", true)], vec![operation(0, change)], vec![1]));
        let found = built.score(&[f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY, 0.5, f64::NAN]);
        assert!(
            found[..5].iter().all(|bucket| (0.0..5.0).contains(bucket)) && found[5].is_nan(),
            "{written:?}: {found:?}"
        );
    }
}

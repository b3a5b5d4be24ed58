//! Operations and linear models, value by value.

use gml_codegen::object::{Change, Column, Holds, Learner, Linear, Link, Model, Part, Pool, murmur3};

use super::built::{Built, float, operation, same, seen};

/// What an operation makes of values of a column that may be null, and of one that never is.
fn made(change: &Change, values: &[f64]) -> [Vec<f64>; 2] {
    [true, false].map(|nullable| {
        let model = seen(vec![float("x", nullable)], vec![operation(0, change.clone())], vec![1]);
        Built::of(&model).score(values)
    })
}

/// Whether the operation makes these of the values; null is `None` on both sides, and NaN here is a float that is no number.
fn holds(change: &Change, cases: &[(f64, f64)], null: Option<f64>) {
    let given: Vec<f64> = cases.iter().map(|case| case.0).collect();
    let [nullable, never] = made(change, &given);
    for (((value, due), nullable), never) in cases.iter().zip(nullable).zip(never) {
        assert!(same(never, *due), "{change:?} of {value}: {never}, not {due}");
        let due = if value.is_nan() { null.unwrap_or(f64::NAN) } else { *due };
        assert!(same(nullable, due), "{change:?} of {value} in a column with null: {nullable}, not {due}");
    }
}

const NAN: f64 = f64::NAN;

#[test]
fn null_is_filled() {
    holds(&Change::Fill(7.5), &[(1.0, 1.0), (-0.0, -0.0), (NAN, NAN)], Some(7.5));
}

#[test]
fn indicators_tell_values() {
    holds(&Change::Is(2.0), &[(2.0, 1.0), (2.5, 0.0), (NAN, 0.0)], Some(0.0));
    holds(&Change::Is(0.0), &[(-0.0, 1.0), (0.0, 1.0), (1.0, 0.0)], Some(0.0));
    holds(&Change::Is(NAN), &[(NAN, 1.0), (1.0, 0.0)], Some(0.0));
}

#[test]
fn values_are_looked_up() {
    let sparse = |null| Change::Look { keys: vec![5.0, -3.5, 100.0], beside: vec![1.0, 2.0, 3.0], other: -1.0, null };
    let cases =
        [(5.0, 1.0), (-3.5, 2.0), (100.0, 3.0), (0.0, -1.0), (-4.0, -1.0), (1e300, -1.0), (f64::INFINITY, -1.0)];
    holds(&sparse(None), &[&cases[..], &[(NAN, -1.0)]].concat(), None);
    holds(&sparse(Some(9.0)), &[&cases[..], &[(NAN, -1.0)]].concat(), Some(9.0));
    let dense = Change::Look { keys: vec![1.0, 0.0, 2.0], beside: vec![10.0, 20.0, 30.0], other: 4.0, null: Some(0.0) };
    let cases = [(0.0, 20.0), (-0.0, 20.0), (1.0, 10.0), (2.0, 30.0), (3.0, 4.0), (-1.0, 4.0), (0.5, 4.0), (NAN, 4.0)];
    holds(&dense, &cases, Some(0.0));
    let of_nan = Change::Look { keys: vec![NAN, 1.0], beside: vec![6.0, 7.0], other: 8.0, null: None };
    holds(&of_nan, &[(NAN, 6.0), (1.0, 7.0), (2.0, 8.0)], None);
    let nothing = Change::Look { keys: vec![], beside: vec![], other: 3.0, null: None };
    holds(&nothing, &[(1.0, 3.0)], None);
}

#[test]
fn bounds_are_counted() {
    let bounds: Vec<f64> = (0..37).map(|bound| f64::from(bound) * 0.5).collect();
    let mut cases: Vec<(f64, f64)> = (0..80)
        .map(|value| f64::from(value) * 0.25 - 1.0)
        .map(|value| (value, bounds.partition_point(|bound| *bound <= value) as f64))
        .collect();
    cases.push((NAN, 37.0));
    holds(&Change::Count(bounds), &cases, None);
    holds(&Change::Count(vec![]), &[(1.0, 0.0), (NAN, 0.0)], None);
}

#[test]
fn numbers_are_scaled_cut_off_and_put_on_a_logarithmic_scale() {
    let factor = 1.0 / 0.3;
    holds(&Change::Scale { center: 0.1, factor }, &[(0.7, (0.7 - 0.1) * factor), (NAN, NAN)], None);
    let log = |x: f64| x.abs().ln_1p() * if x < 0.0 { -1.0 } else { 1.0 };
    holds(&Change::Log, &[(2.5, log(2.5)), (-7.0, log(-7.0)), (0.0, 0.0), (-0.0, -0.0), (NAN, NAN)], None);
    holds(&Change::Clip { low: -1.0, high: 2.0 }, &[(-3.0, -1.0), (0.5, 0.5), (5.0, 2.0), (NAN, 2.0)], None);
    holds(&Change::Clip { low: NAN, high: NAN }, &[(3.0, NAN), (NAN, NAN)], None);
}

#[test]
fn dates_have_parts() {
    let days = |year: i32, month: u32, day: u32| -> f64 {
        let is_leap = |year: i32| year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
        let years: i32 = if year >= 1970 {
            (1970..year).map(|year| 365 + i32::from(is_leap(year))).sum()
        } else {
            -(year..1970).map(|year| 365 + i32::from(is_leap(year))).sum::<i32>()
        };
        let lengths = [31, 28 + i32::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let months: i32 = lengths.iter().take(month as usize - 1).sum();
        f64::from(years + months + day as i32 - 1)
    };
    let dates = [(1970, 1, 1), (2024, 2, 29), (2000, 12, 31), (1969, 12, 31), (1900, 3, 1), (2100, 2, 28), (1, 1, 1)];
    for (year, month, day) in dates {
        let count = days(year, month, day);
        let weekday = (count as i64 + 3).rem_euclid(7) + 1;
        let due = [f64::from(year), f64::from(month), f64::from(day), weekday as f64];
        for (part, due) in due.into_iter().enumerate() {
            holds(&Change::DatePart { part, micros: false }, &[(count, due)], None);
            // Microseconds are whole up to 2^53 on either side: 285 years.
            if (1684..2255).contains(&year) {
                let (first, last) = (count * 86_400e6, count * 86_400e6 + 86_399_999_999.0);
                holds(&Change::DatePart { part, micros: true }, &[(first, due), (last, due)], None);
            }
        }
    }
    assert!(made(&Change::DatePart { part: 0, micros: true }, &[NAN, f64::INFINITY, -1e300])[0][0].is_nan());
}

#[test]
fn texts_have_codes_and_others_buckets() {
    let known: Vec<String> = ["", "red", "green", "blue", "Grün", "redder"].map(String::from).to_vec();
    let column = |name: &str, hashed| Column {
        name: name.into(),
        holds: Holds::Text { known: known.clone(), hashed },
        nullable: true,
    };
    let size = |text: &str| murmur3(text.as_bytes()).cast_signed().unsigned_abs();
    let bucket_of = |text: &str, buckets: u32| f64::from(size(text) % buckets);
    let change = |buckets| {
        let known = known.iter().map(|text| bucket_of(text, buckets)).collect();
        operation(1, Change::Bucket { buckets, known })
    };
    let columns = vec![column("a", false), column("b", true), float("c", true)];
    let built = Built::of(&seen(columns, vec![change(7), change(1000)], vec![3, 4]));
    let both = |text: &str| [bucket_of(text, 7), bucket_of(text, 1000)];
    for (code, text) in known.iter().enumerate() {
        assert_eq!(built.category(0, Some(text)), code as f64);
        assert_eq!(built.category(1, Some(text)), code as f64);
        assert_eq!(built.score(&[0.0, code as f64, 0.0]), both(text), "{text}");
    }
    for text in ["re", "rede", "RED", "yellow", "Gru\u{308}n", "redde", "a longer text of no column at all"] {
        assert_eq!(built.category(0, Some(text)), -1.0);
        let code = built.category(1, Some(text));
        assert_eq!(code, -1.0 - f64::from(size(text)), "{text}");
        assert_eq!(built.score(&[0.0, code, 0.0]), both(text), "{text}");
    }
    assert!(built.score(&[0.0, NAN, 0.0])[0].is_nan());
    // No number makes it fail, whatever it is.
    assert_eq!(built.score(&[0.0, -1e300, 0.0, 0.0, -0.5, 0.0, 0.0, f64::NEG_INFINITY, 0.0]).len(), 6);
    for (column, text) in [(0, None), (2, Some("red")), (3, Some("red")), (-1, Some("red")), (i32::MIN, Some("red"))] {
        assert!(built.category(column, text).is_nan());
    }
}

#[test]
fn columns_of_32_bits_are_rounded() {
    let single = Column { name: "x".into(), holds: Holds::Single, nullable: true };
    let built = Built::of(&seen(vec![single], vec![], vec![0]));
    assert_eq!(built.score(&[0.1, 1e300]), [f64::from(0.1_f32), f64::INFINITY]);
}

#[test]
fn operations_read_what_others_made() {
    let operations = vec![
        operation(0, Change::Fill(1.0)),
        operation(1, Change::Scale { center: 1.0, factor: 2.0 }),
        operation(2, Change::Clip { low: 0.0, high: 10.0 }),
    ];
    let built = Built::of(&seen(vec![float("x", true)], operations, vec![3]));
    assert_eq!(built.score(&[NAN, 3.0, 100.0, -5.0]), [0.0, 4.0, 10.0, 0.0]);
}

fn linear(link: Link, sums: usize) -> Model {
    let sum = |place: usize| Linear {
        base: 0.1 * place as f64 - 0.3,
        terms: vec![(0.7 + place as f64, 0.2), (-1.3, 0.4), (1e-3, 1e3)],
    };
    Model {
        columns: ["a", "b", "c"].map(|name| float(name, false)).to_vec(),
        texts: Vec::new(),
        counts: Vec::new(),
        operations: Vec::new(),
        parts: vec![Part { features: vec![0, 1, 2], learner: Learner::Linear((0..sums).map(sum).collect(), link) }],
        pool: Pool::Alone,
        classes: Vec::new(),
        curves: Vec::new(),
        outputs: (0..sums).map(|sum| format!("s{sum}")).collect(),
    }
}

#[test]
fn linear_models_add_up_in_the_order_of_their_features() {
    let rows = gml_codegen::testing::rows(3, 50, 3);
    let sum = |place: usize, row: &[f64]| {
        let mut sum = 0.1 * place as f64 - 0.3;
        let terms = [(0.7 + place as f64, 0.2), (-1.3, 0.4), (1e-3, 1e3)];
        terms.iter().zip(row).for_each(|((weight, mean), x)| sum += weight * (x - mean));
        sum
    };
    let probability =
        |odds: f64| if odds >= 0.0 { 1.0 / (1.0 + (-odds).exp()) } else { odds.exp() / (1.0 + odds.exp()) };
    let plain = Built::of(&linear(Link::Identity, 1)).score(&rows);
    let probabilities = Built::of(&linear(Link::Probability, 1)).score(&rows);
    let shares = Built::of(&linear(Link::Softmax, 3)).score(&rows);
    for (place, row) in rows.chunks_exact(3).enumerate() {
        assert!(same(plain[place], sum(0, row)), "{row:?}: {} {}", plain[place], sum(0, row));
        assert!(same(probabilities[place], probability(sum(0, row))), "{row:?}");
        let sums = [0, 1, 2].map(|place| sum(place, row));
        let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers = sums.map(|sum| (sum - most).exp());
        let total: f64 = powers.iter().sum();
        assert!((0..3).all(|class| same(shares[place * 3 + class], powers[class] / total)), "{row:?}");
    }
}

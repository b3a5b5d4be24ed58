//! Held against SciPy 1.17.1 (`tests/peers/drift_reference.py` uses the same functions), and against what must hold for any
//! rows.

use gml_report::Form;
use proptest::prelude::*;

use super::column::{Compared, compare};
use super::statistics::*;
use crate::columns::Values;
use crate::tests::kit::*;
use crate::{Data, Table};
use gml_ir::{Role, Type, Value};

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1e-3), "{found} and not {expected}");
}

#[test]
fn the_largest_distance_and_its_exact_chance() {
    let before = [0.1, 0.4, 0.7, 1.0, 1.3, 1.9, 2.5, 3.1];
    let now = [0.2, 0.9, 1.4, 2.2, 2.6, 2.9, 3.3, 3.8, 4.1, 4.4, 5.0];
    for (a, b) in [(&before[..], &now[..]), (&now[..], &before[..])] {
        let (statistic, p) = kolmogorov_smirnov(a, b);
        close(statistic, 0.511_363_636_363_636_4);
        close(p, 0.128_205_128_205_128_22);
    }
    assert_eq!(kolmogorov_smirnov(&before, &before), (0.0, 1.0));

    let mut x: Vec<f64> = (1..301).map(|row| f64::from(row * 37 % 301) / 301.0).collect();
    let mut y: Vec<f64> = (1..301).map(|row| (f64::from(row * 53 % 301) / 301.0).powf(1.3)).collect();
    x.sort_by(f64::total_cmp);
    y.sort_by(f64::total_cmp);
    let (statistic, p) = kolmogorov_smirnov(&x, &y);
    close(statistic, 0.096_666_666_666_666_66);
    close(p, 0.121_226_950_536_227_92);
}

#[test]
fn the_limiting_distribution_of_large_samples() {
    for (x, expected) in [
        (0.3, 0.999_990_694_198_665_5),
        (0.8, 0.544_142_411_574_198_1),
        (1.0, 0.269_999_671_677_354_56),
        (1.36, 0.049_485_876_755_377_876),
        (2.0, 0.000_670_925_255_779_695_3),
        (4.0, 2.532_833_109_818_835e-14),
    ] {
        let rows = 20_000.0_f64;
        let found = limiting(x / (rows / 2.0).sqrt(), rows, rows);
        assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
    }
}

#[test]
fn counts_in_bins() {
    let (before, now) = ([10.0, 20.0, 30.0, 0.0, 5.0], [12.0, 15.0, 40.0, 3.0, 0.0]);
    let (statistic, p) = chi_square(&before, &now);
    close(statistic, 10.153_418_010_560_866);
    close(p, 0.037_921_170_370_350_366);
    close(jensen_shannon(&before, &now), 0.221_087_839_107_004_1);
    close(stability_index(&before, &now), 0.828_813_142_098_167);
    assert_eq!(chi_square(&[3.0], &[4.0]), (0.0, 1.0));
}

#[test]
fn p_values_are_corrected_for_their_number() {
    let corrected = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.002, 0.8, 0.04]);
    for (found, expected) in corrected.iter().zip([0.03, 0.048, 0.048, 0.012, 0.8, 0.048]) {
        close(*found, expected);
    }
    assert!(benjamini_hochberg(&[]).is_empty());
}

fn numbers(numbers: &[Option<f64>]) -> Values {
    Values::Ordered { numbers: numbers.to_vec(), form: Form::Plain }
}

fn names(values: &[Option<&str>]) -> Values {
    let mut names: Vec<String> = Vec::new();
    let codes = values.iter().map(|value| {
        let value = (*value)?;
        let place = names.iter().position(|name| name == value).unwrap_or_else(|| {
            names.push(value.to_owned());
            names.len() - 1
        });
        Some(u32::try_from(place).unwrap())
    });
    let codes = codes.collect();
    Values::Named { names, codes }
}

fn repeated<'a>(parts: &[(Option<&'a str>, usize)]) -> Vec<Option<&'a str>> {
    parts.iter().flat_map(|(value, times)| std::iter::repeat_n(*value, *times)).collect()
}

#[test]
fn values_that_are_new_or_gone_are_named_and_rare_ones_taken_together() {
    let before =
        names(&repeated(&[(Some("a"), 50), (Some("b"), 40), (Some("old"), 9), (Some("older"), 1), (None, 10)]));
    let now = names(&repeated(&[(Some("b"), 50), (Some("a"), 40), (Some("new"), 12), (Some("newer"), 8)]));
    let Compared { new, gone, bins, nulls, test, .. } = compare(&before, &now);
    assert_eq!((new, gone), (vec!["new".to_owned(), "newer".into()], vec!["old".to_owned(), "older".into()]));
    assert_eq!(bins.names, ["a", "b", "new", "3 rare values", "null"]);
    assert_eq!(bins.before, [50.0, 40.0, 0.0, 10.0, 10.0]);
    assert_eq!(bins.now, [40.0, 50.0, 12.0, 8.0, 0.0]);
    assert_eq!((nulls, test), ((10.0 / 110.0, 0.0), "chi-square"));
}

#[test]
fn nulls_count_as_a_bin_of_numbers() {
    let before: Vec<Option<f64>> = (0..100).map(|number| Some(f64::from(number))).collect();
    let now: Vec<Option<f64>> = (0..100).map(|number| (number % 2 == 0).then_some(f64::from(number))).collect();
    let found = compare(&numbers(&before), &numbers(&now));
    assert_eq!(found.bins.names.last().map(String::as_str), Some("null"));
    assert!(found.index > 1.0 && found.p > 0.9, "the numbers that are there are spread as before: {found:?}");
    assert_eq!(found.nulls, (0.0, 0.5));
}

#[test]
fn a_column_that_became_null_is_compared_by_that() {
    let before = numbers(&[Some(1.0); 50]);
    let found = compare(&before, &numbers(&[None; 50]));
    assert_eq!(found.test, "chi-square");
    assert!(found.p < 1e-9 && found.index > 1.0, "{found:?}");
    // A column of nothing but null has no type of its own.
    let found = compare(&names(&[Some("a"); 50]), &numbers(&[None; 50]));
    assert!(found.p < 1e-9 && found.gone == ["a"], "{found:?}");
}

fn visits(rows: i64, moved: bool) -> Table {
    let cells = (0..rows).map(|row| {
        let pages = if moved { row % 7 + 3 } else { row % 7 };
        vec![
            Value::Int(row),
            Value::Int(pages),
            Value::Str(if row % 3 == 0 { "mobile" } else { "desktop" }.into()),
            Value::Bool(row % 10 == 0),
        ]
    });
    let columns = [("visitor", Type::INT), ("pages", Type::INT), ("device", Type::Str), ("bought", Type::Bool)];
    let mut table = table(&columns, cells.collect());
    let row = std::sync::Arc::make_mut(&mut table.ty.row);
    row.columns[0].role = Some(Role::Id);
    row.columns[3].role = Some(Role::Target);
    table
}

fn drift_of(before: &Table, now: &Table) -> Result<Vec<(std::sync::Arc<str>, Data)>, gml_connect::Fault> {
    let args = vec![
        ("reference", input(before)),
        ("current", input(now)),
        ("significance", constant(0.05)),
        ("index", constant(0.1)),
    ];
    match call("std.monitor", "drift", args)? {
        Data::Record(fields) => Ok(fields),
        _ => panic!("drift gives a record"),
    }
}

#[test]
fn the_operator_leaves_ids_out_and_says_what_drifted() {
    let fields = drift_of(&visits(210, false), &visits(210, true)).unwrap();
    let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["share_drifted", "columns", "report"]);
    let Data::Value(Value::Float(share)) = &fields[0].1 else { panic!("a share") };
    close(*share, 1.0 / 3.0);
    let shown = show(&fields[1].1);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[1].starts_with("\"pages\" true") && lines[2].starts_with("\"device\" false"), "{shown}");
    assert!(lines[3].starts_with("\"bought\" false"), "{shown}");
    let Data::Report(report) = &fields[2].1 else { panic!("a report") };
    let page = gml_report::page(report);
    assert!(page.contains("1 of 3 (33.3%)") && page.contains("Kolmogorov-Smirnov"), "{page}");
    assert_eq!(page, gml_report::page(report));
}

#[test]
fn another_schema_is_told() {
    let before = table(&[("pages", Type::INT), ("spent", Type::INT)], rows![[1, 5], [2, 6], [3, 7]]);
    let columns = [("pages", Type::Str), ("spent", Type::INT), ("device", Type::Str)];
    let now = table(&columns, rows![["1", 5, "tv"], ["2", 6, "tv"], ["many", 7, "tv"]]);
    let page = |before: &Table, now: &Table| {
        let fields = drift_of(before, now).unwrap();
        let Data::Report(report) = &fields[2].1 else { panic!("a report") };
        gml_report::page(report)
    };
    let moved = page(&before, &now);
    assert!(moved.contains("Numbers in one table and texts in the other, compared as texts: pages."), "{moved}");
    assert!(moved.contains("only the current table has them: device."), "{moved}");
    let same = page(&before, &before);
    assert!(!same.contains("in the other") && !same.contains("has them"), "{same}");
}

#[test]
fn nothing_to_compare_is_told() {
    let (full, empty) = (visits(5, false), visits(0, false));
    assert_eq!(drift_of(&full, &empty).err().map(|fault| fault.code), Some("GML0922"));
    assert_eq!(drift_of(&empty, &full).err().map(|fault| fault.code), Some("GML0922"));
    let only_ids = &[("visitor", Type::INT)];
    let mut ids = table(only_ids, rows![[1]]);
    std::sync::Arc::make_mut(&mut ids.ty.row).columns[0].role = Some(Role::Id);
    assert_eq!(drift_of(&ids, &full).err().map(|fault| fault.code), Some("GML0708"));
}

#[test]
fn a_column_that_is_gone_has_drifted() {
    let before = visits(3, false);
    // `device` is gone, however few rows there are; the target is only not known yet.
    let now = table(&[("visitor", Type::INT), ("pages", Type::INT)], rows![[1, 0], [2, 1], [3, 2]]);
    let fields = drift_of(&before, &now).unwrap();
    let Data::Value(Value::Float(share)) = &fields[0].1 else { panic!("a share") };
    close(*share, 0.5);
    let shown = show(&fields[1].1);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 3, "{shown}");
    assert!(lines[1].starts_with("\"pages\" false") && lines[2].starts_with("\"device\" true"), "{shown}");
    assert!(lines[2].contains(" 0.0 1.0 ") && lines[2].contains("desktop") && lines[2].contains("mobile"), "{shown}");
    let Data::Report(report) = &fields[2].1 else { panic!("a report") };
    let page = gml_report::page(report);
    assert!(page.contains("compared as if null in all of its rows: device."), "{page}");
    assert!(page.contains("does not tell yet what came to be: bought."), "{page}");
    assert!(page.contains("1 of 2 (50%)") && page.contains(">gone<"), "{page}");
}

#[test]
fn a_column_of_nested_values_may_be_gone_too() {
    let before = table(
        &[("pages", Type::INT), ("tags", Type::List(std::sync::Arc::new(Type::INT)))],
        rows![[1, list(vec![Value::Int(1), Value::Int(2)])], [2, list(vec![Value::Int(3)])], [3, ()]],
    );
    let now = table(&[("pages", Type::INT)], rows![[1], [2], [3]]);
    let shown = show(&drift_of(&before, &now).unwrap()[1].1);
    assert!(shown.lines().nth(2).is_some_and(|line| line.starts_with("\"tags\" true")), "{shown}");
}

proptest! {
    #[test]
    fn what_did_not_move_has_not_drifted(values in proptest::collection::vec(proptest::option::of(-5.0..5.0_f64), 1..60)) {
        let found = compare(&numbers(&values), &numbers(&values));
        prop_assert!(found.index.abs() < 1e-12 && found.distance < 1e-7 && found.p > 0.999);
    }

    #[test]
    fn statistics_stay_within_their_bounds(
        a in proptest::collection::vec(proptest::option::of(-5.0..5.0_f64), 1..60),
        b in proptest::collection::vec(proptest::option::of(-3.0..9.0_f64), 1..60),
    ) {
        let found = compare(&numbers(&a), &numbers(&b));
        prop_assert!(found.index >= -1e-12 && (0.0..=1.0).contains(&found.p));
        prop_assert!((0.0..=2f64.ln().sqrt() + 1e-12).contains(&found.distance));
        prop_assert_eq!(found.bins.before.iter().sum::<f64>(), a.len() as f64);
        prop_assert_eq!(found.bins.now.iter().sum::<f64>(), b.len() as f64);
        let sorted = |of: &[Option<f64>]| {
            let mut sorted: Vec<f64> = of.iter().flatten().copied().collect();
            sorted.sort_by(f64::total_cmp);
            sorted
        };
        let (a, b) = (sorted(&a), sorted(&b));
        if !a.is_empty() && !b.is_empty() {
            prop_assert!((kolmogorov_smirnov(&a, &b).1 - kolmogorov_smirnov(&b, &a).1).abs() < 1e-9);
        }
    }
}

//! Numbers held against pandas 3.1.1 and SciPy 1.17.1.

use polars::prelude::df;

use super::numbers::{histogram, summary};
use super::relations::{cramers_v, pearson, ranks, spearman};
use crate::tests::kit::*;
use crate::{Data, Table};
use gml_ir::{Role, Row, TableType};
use gml_report::{Report, page};
use polars::prelude::{DataFrame, IntoLazy};

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} and not {expected}");
}

#[test]
fn moments_and_quantiles_are_those_of_pandas() {
    let mut numbers = [0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, -4.0, 0.5];
    numbers.sort_by(f64::total_cmp);
    let found = summary(&numbers).unwrap();
    close(found.mean, 7.041_666_666_666_667);
    close(found.deviation, 10.834_411_368_273_3);
    close(found.skewness, 1.707_395_511_583_700_5);
    close(found.kurtosis, 2.715_403_943_802_422);
    let expected = [-4.0, -1.8, 0.875, 2.5, 9.25, 26.85, 34.0];
    found.quantiles.iter().zip(expected).for_each(|(found, expected)| close(*found, expected));
    assert_eq!((found.count, found.zeros, found.negative), (12, 1, 1));
    assert!(summary(&[]).is_none());
    assert!(summary(&[2.0; 5]).unwrap().skewness.is_nan());
}

#[test]
fn correlations_are_those_of_pandas() {
    let x: Vec<Option<f64>> =
        [0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, -4.0, 0.5].into_iter().map(Some).collect();
    let y = [1, 2, -1, 4, 5, 5, 3, 9, 11, 8, 2, -1].map(|number| (number >= 0).then(|| f64::from(number)));
    close(spearman(&x, &y), 0.865_869_755_313_127_9);
    let both: (Vec<f64>, Vec<f64>) = x.iter().zip(&y).filter_map(|(x, y)| Some(((*x)?, (*y)?))).unzip();
    close(pearson(&both.0, &both.1), 0.783_583_974_971_599_6);
    assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    assert!(spearman(&[Some(1.0); 4], &[Some(2.0), Some(3.0), Some(1.0), None]).is_nan());
}

#[test]
fn values_that_go_together() {
    let codes = |text: &str| text.bytes().map(|byte| Some(u32::from(byte))).collect::<Vec<_>>();
    let found = cramers_v(&codes("aabbccaabbcabcaabbcc"), &codes("xxyyzxxyyyzxyzxxyyzz"));
    close(found, 0.843_821_553_366_332_4);
    assert!(cramers_v(&codes("aaaa"), &codes("xyxy")).is_nan());
}

#[test]
fn histograms_hold_every_number() {
    let mut numbers: Vec<f64> = (0..1000).map(|place| (f64::from(place) * 0.618).fract().powi(3)).collect();
    numbers.sort_by(f64::total_cmp);
    let found = histogram(&numbers).unwrap();
    assert_eq!(found.counts.iter().sum::<usize>(), 1000);
    assert!((8..=40).contains(&found.counts.len()) && found.edges.len() == found.counts.len() + 1);
    let whole = histogram(&[1.0, 1.0, 2.0, 4.0]).unwrap();
    assert_eq!((whole.counts, whole.edges), (vec![2, 1, 0, 1], vec![0.5, 1.5, 2.5, 3.5, 4.5]));
    assert_eq!(histogram(&[3.0; 4]).unwrap().counts, [4]);
    assert!(histogram(&[]).is_none());
}

fn profiled(rows: DataFrame, id: Option<&str>) -> std::sync::Arc<Report> {
    let column = |name: &str, dtype: &polars::prelude::DataType| {
        gml_ir::Column::new(name, crate::expr::type_of(dtype)).with_role((Some(name) == id).then_some(Role::Id))
    };
    let row = Row::of(rows.schema().iter().map(|(name, dtype)| column(name, dtype)).collect());
    let ty = TableType { row: row.into(), partitions: gml_ir::Partitions::NONE };
    let table = Table { frame: rows.lazy(), ty };
    match call("std.report", "profile", vec![("input", input(&table))]).unwrap() {
        Data::Report(report) => report,
        _ => panic!("no report"),
    }
}

#[test]
fn what_looks_odd_is_told() {
    let n = 200_i32;
    let numbers: Vec<i32> = (0..n).collect();
    let rows = df!(
        "name" => numbers.iter().map(|number| format!("n{number}")).collect::<Vec<_>>(),
        "constant" => vec![7_i32; 200],
        "holes" => numbers.iter().map(|number| (number % 3 == 0).then_some(*number)).collect::<Vec<_>>(),
        "nothing" => vec![None::<f64>; 200],
        "double" => numbers.iter().map(|number| number * 2).collect::<Vec<_>>(),
        "triple" => numbers.iter().map(|number| f64::from(*number) * 3.0).collect::<Vec<_>>(),
        "blank" => numbers.iter().map(|number| if number % 50 == 0 { " " } else { "x" }).collect::<Vec<_>>(),
        "zeros" => numbers.iter().map(|number| f64::from(i32::from(number % 4 == 0))).collect::<Vec<_>>(),
    )
    .unwrap();
    let html = page(&profiled(rows.clone(), None));
    for told in [
        "name has another value in every row",
        "constant has the same value in every row",
        "holes is null in 66.5% of the rows",
        "nothing is null in every row",
        "double and triple go together",
        "blank is empty or blank in 4 rows",
        "blank is x in 98% of the rows",
        "zeros is 0 in 75% of the rows",
    ] {
        assert!(html.contains(told), "{told}: {html}");
    }
    let with_id = page(&profiled(rows, Some("name")));
    assert!(!with_id.contains("name has another value"));
}

#[test]
fn tables_of_any_columns_have_a_profile() {
    let rows = df!(
        "flag" => [Some(true), None, Some(true)],
        "day" => [1_i32, 2, 2],
        "odd" => [f64::NAN, f64::INFINITY, 1.0],
        "text" => [Some("<b>"), Some("b"), None],
    )
    .unwrap();
    let mut rows = rows;
    let days = rows.column("day").unwrap().cast(&polars::prelude::DataType::Date).unwrap();
    rows.with_column(days).unwrap();
    let html = page(&profiled(rows.clone(), None));
    assert!(html.contains("1970-01-02") && html.contains("odd is infinite or NaN in 2 rows"), "{html}");
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>b"));
    assert_eq!(html, page(&profiled(rows, None)), "the same table gives the same page");
    let none = df!("n" => Vec::<i64>::new()).unwrap();
    let ty = TableType { row: Row::default().into(), partitions: gml_ir::Partitions::NONE };
    let empty = Table { frame: none.lazy(), ty };
    assert_eq!(fails("std.report", "profile", vec![("input", input(&empty))]).code, "GML0922");
}

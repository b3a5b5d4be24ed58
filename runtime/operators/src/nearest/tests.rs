//! Values worked out by hand, and an index held against looking at all points.

use std::sync::Arc;

use gml_ir::{Role, Type, Value};

use super::metric::{Metric, Prepared};
use super::{exact, graph};
use crate::embed::Points;
use crate::tests::kit::*;
use crate::{Input, Table};

fn roled(mut table: Table, names: &[&str]) -> Table {
    let mut row = (*table.ty.row).clone();
    for column in &mut row.columns {
        column.role = names.contains(&&*column.name).then_some(Role::Id);
    }
    table.ty.row = Arc::new(row);
    table
}

fn vector(numbers: &[f64]) -> Value {
    list(numbers.iter().map(|number| Value::Float(*number)).collect())
}

/// Five points of the plane; `far` lies in the direction of `b`.
fn within() -> Table {
    let cells = vec![
        vec!["a".value(), vector(&[1.0, 0.0])],
        vec!["b".value(), vector(&[1.0, 1.0])],
        vec!["c".value(), vector(&[0.0, 2.0])],
        vec!["far".value(), vector(&[9.0, 9.0])],
        vec!["none".value(), Value::Null],
    ];
    roled(table(&[("item", Type::Str), ("vector", opt(Type::Vector(2)))], cells), &["item"])
}

fn bought() -> Table {
    let cells = rows![["u", "b"], ["v", "unknown"], ["v", "a"], ["w", "none"], ["w", "b"]];
    roled(table(&[("user", Type::Str), ("item", Type::Str)], cells), &["user", "item"])
}

fn args(k: i64, distance: &str) -> Vec<(&'static str, Input)> {
    vec![
        ("input", input(&bought())),
        ("within", input(&within())),
        ("item", keys(&["item"])),
        ("k", constant(k)),
        ("distance", constant(distance)),
    ]
}

fn shown(k: i64, distance: &str) -> String {
    show(&call("std.recommend", "nearest", args(k, distance)).unwrap()).replace('"', "").replace('\n', " | ")
}

#[test]
fn the_nearest_are_those_of_each_distance() {
    // By the angle `far` is where `b` is; a and c are as far from b as each other, so the first of them comes first.
    assert_eq!(shown(2, "cosine"), "user item | u far | u a | v b | v far | w far | w a");
    // b-a 1, b-c 2 (squared), b-far 128; a-b 1, a-c 5.
    assert_eq!(shown(2, "euclidean"), "user item | u a | u c | v b | v c | w a | w c");
    // b: a 1, c 2, far 18; a: b 1, c 0, far 9.
    assert_eq!(shown(2, "dot"), "user item | u far | u c | v far | v b | w far | w c");
    assert_eq!(shown(9, "dot"), "user item | u far | u c | u a | v far | v b | v c | w far | w c | w a");
}

#[test]
fn an_item_with_two_vectors_is_refused() {
    let cells = vec![vec!["a".value(), vector(&[1.0, 0.0])], vec!["a".value(), vector(&[1.0, 1.0])]];
    let twice = roled(table(&[("item", Type::Str), ("vector", Type::Vector(2))], cells), &["item"]);
    let mut args = args(1, "cosine");
    args[1].1 = input(&twice);
    assert_eq!(fails("std.recommend", "nearest", args).code, "GML0917");
}

#[test]
fn vectors_that_are_near_to_nothing_are_refused() {
    let zeros = vec![vec!["a".value(), vector(&[1.0, 0.0])], vec!["b".value(), vector(&[0.0, 0.0])]];
    let zeros = roled(table(&[("item", Type::Str), ("vector", Type::Vector(2))], zeros), &["item"]);
    let mut with_zeros = args(1, "cosine");
    with_zeros[1].1 = input(&zeros);
    let fault = fails("std.recommend", "nearest", with_zeros.clone());
    assert_eq!(fault.message, "the vector of row 2 is all zeros, and has no direction");
    with_zeros[4].1 = constant("euclidean");
    assert!(call("std.recommend", "nearest", with_zeros).is_ok());
}

/// Points around some centres, drawn by a fixed rule.
fn clouds(count: usize, width: usize) -> Points {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1_u64 << 24) as f32) - 0.5
    };
    let centres: Vec<f32> = (0..40 * width).map(|_| next() * 2.0).collect();
    let numbers = (0..count)
        .flat_map(|point| {
            let centre = (point * 17) % 40 * width;
            (0..width).map(|number| centres[centre + number] + next()).collect::<Vec<_>>()
        })
        .collect();
    Points { width, rows: (0..count).collect(), numbers }
}

#[test]
fn looking_at_all_finds_what_measuring_every_pair_finds() {
    for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
        let points = Prepared::new(metric, clouds(3000, 12)).unwrap();
        let places: Vec<usize> = (0..3000).step_by(7).collect();
        let found = exact::neighbours(&points, &places, 10, 2);
        for (place, found) in places.iter().zip(&found) {
            assert_eq!(*found, points.ranked(*place, 0..3000, 10), "{metric:?} {place}");
        }
        assert_eq!(found, exact::neighbours(&points, &places, 10, 1));
    }
}

#[test]
fn an_index_finds_nearly_all_of_the_nearest_whatever_the_threads() {
    for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
        let points = Prepared::new(metric, clouds(6000, 16)).unwrap();
        let places: Vec<usize> = (0..6000).step_by(13).collect();
        let all = exact::neighbours(&points, &places, 10, 2);
        let found = graph::with_graphs_of(2500, &points, &places, 10, 2);
        let hits: usize =
            all.iter().zip(&found).map(|(all, found)| all.iter().filter(|place| found.contains(place)).count()).sum();
        let recall = hits as f64 / (10 * places.len()) as f64;
        eprintln!("{metric:?}: recall of 10 is {recall:.4}");
        assert!(recall > 0.95, "{metric:?}: {recall}");
        assert_eq!(found, graph::with_graphs_of(2500, &points, &places, 10, 1), "{metric:?}");
    }
}

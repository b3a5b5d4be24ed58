//! The same bytes whatever the number of threads.
//!
//! polars has one pool for the process, so queries run here within pools of their own size, and over enough rows that
//! they would be shared out.

use gml_ir::{Type, Value};

use super::kit::*;
use crate::Table;

fn many() -> Table {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as i64
    };
    let cells: Vec<Vec<Value>> = (0..20_000)
        .map(|row| vec![row.value(), (next() % 500).value(), (next() as f64 / 1e3).value(), at(next() % 1000)])
        .collect();
    table(&[("id", Type::INT), ("g", Type::INT), ("x", Type::Float), ("t", Type::Timestamp)], cells)
}

fn everything() -> String {
    let t = many();
    let x = || c("x", Type::Float);
    let sum = f("sum", &[("values", x())], Type::Float);
    let grouped =
        run("group", vec![("input", input(&t)), ("by", keys(&["g"])), ("aggregates", named(vec![("s", sum.clone())]))]);
    let running = run(
        "derive",
        vec![
            ("input", input(&t)),
            ("over", keys(&["g"])),
            ("order", order(vec![(c("t", Type::Timestamp), false)])),
            ("columns", named(vec![("s", f("mean", &[("values", x()), ("last", k(hours(50)))], Type::Float))])),
        ],
    );
    let right =
        run_table("group", vec![("input", input(&t)), ("by", keys(&["g"])), ("aggregates", named(vec![("s", sum)]))]);
    let joined = ["inner", "left", "full", "semi", "anti"].map(|how| {
        run("join", vec![("input", input(&t)), ("other", input(&right)), ("on", keys(&["g"])), ("how", constant(how))])
    });
    let distinct = run("distinct", vec![("input", input(&t)), ("columns", keys(&["g"]))]);
    let sorted = run("sort", vec![("input", input(&t)), ("by", order(vec![(c("g", Type::INT), true)]))]);
    [vec![grouped, running, distinct, sorted], joined.to_vec()].concat().join("\n\n")
}

fn run_table(name: &str, args: Vec<(&str, crate::Input)>) -> Table {
    let Ok(crate::Data::Table(table)) = call("std.table", name, args) else { panic!("no table") };
    table
}

#[test]
fn threads_change_nothing() {
    let on = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(everything);
    let one = on(1);
    assert_eq!(one, on(3));
    assert_eq!(one, everything());
    // The rows of the left side keep their order in each join.
    let left: Vec<&str> =
        one.split("\n\n").nth(5).unwrap().lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
    assert!(left.windows(2).all(|pair| pair[0].parse::<i64>().unwrap() < pair[1].parse::<i64>().unwrap()));
}

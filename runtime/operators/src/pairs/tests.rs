//! Values worked out by hand.

use std::sync::Arc;

use gml_ir::{Role, Type, Value};

use crate::tests::kit::*;
use crate::{Data, Input, Table};

fn roled(mut table: Table, roles: &[(&str, Role)]) -> Table {
    let mut row = (*table.ty.row).clone();
    for column in &mut row.columns {
        column.role = roles.iter().find(|(name, _)| *name == &*column.name).map(|(_, role)| *role);
    }
    table.ty.row = Arc::new(row);
    table
}

/// Purchases: user, item, day.
fn sales() -> Table {
    let cells = rows![
        ["u", "a", day(1)],
        ["u", "b", day(2)],
        ["v", "b", day(2)],
        ["u", "a", day(3)],
        ["w", "c", day(3)],
        ["v", "c", day(3)],
        ["w", "d", day(1)],
    ];
    let sales = table(&[("user", Type::Str), ("item", Type::Str), ("day", Type::Date)], cells);
    roled(sales, &[("user", Role::Id), ("item", Role::Id), ("day", Role::Time)])
}

fn pairs(cells: Vec<Vec<Value>>) -> Table {
    table(&[("user", Type::Str), ("item", Type::Str)], cells)
}

fn shown(module: &str, name: &str, args: Vec<(&str, Input)>) -> String {
    show(&call(module, name, args).unwrap()).replace('"', "").replace('\n', " | ")
}

#[test]
fn popular_counts_rows_and_breaks_ties_by_first_appearance() {
    let popular = |more: Vec<(&str, Input)>, top: i64| {
        let mut args = vec![("input", input(&sales())), ("item", keys(&["item"])), ("top", constant(top))];
        args.extend(more);
        shown("std.recommend", "popular", args)
    };
    assert_eq!(popular(Vec::new(), 2), "item | a | b");
    assert_eq!(popular(Vec::new(), 9), "item | a | b | c | d");
    // Of day 1: a, d; of day 2: b twice; of day 3: a once, c twice.
    assert_eq!(popular(vec![("per", keys(&["day"]))], 1).replace("@1970-01-0", ""), "day item | 2 a | 3 b | 4 c");
    assert_eq!(
        popular(vec![("per", keys(&["day"]))], 2).replace("@1970-01-0", ""),
        "day item | 2 a | 2 d | 3 b | 4 c | 4 a"
    );
}

#[test]
fn bought_before_has_each_pair_once_at_its_latest_time() {
    let found = shown("std.recommend", "bought_before", vec![("history", input(&sales()))]);
    // Day 3: v-c behind w-c behind u-a; day 2: v-b behind u-b; day 1: w-d.
    assert_eq!(found, "user item | v c | w c | u a | v b | u b | w d");
}

#[test]
fn what_was_bought_before_is_ordered_by_its_latest_row_whatever_the_order_of_the_rows() {
    // a has a later row than b, of an earlier day.
    let cells = rows![["u", "a", day(3)], ["u", "b", day(3)], ["u", "a", day(1)], ["u", "c", day(2)]];
    let columns = [("user", Type::Str), ("item", Type::Str), ("day", Type::Date)];
    let sales = roled(table(&columns, cells), &[("user", Role::Id), ("item", Role::Id), ("day", Role::Time)]);
    let found = shown("std.recommend", "bought_before", vec![("history", input(&sales))]);
    assert_eq!(found, "user item | u b | u a | u c");
}

#[test]
fn what_was_bought_before_may_have_three_ids_and_no_time() {
    let cells = rows![
        ["u", 1, true, day(1)],
        ["u", 1, false, ()],
        ["u", 1, true, ()],
        ["v", 1, true, day(0)],
        ["u", 2, true, ()]
    ];
    let columns = [("user", Type::Str), ("item", Type::INT), ("online", Type::Bool), ("day", opt(Type::Date))];
    let sales = roled(
        table(&columns, cells),
        &[("user", Role::Id), ("item", Role::Id), ("online", Role::Id), ("day", Role::Time)],
    );
    let found = shown("std.recommend", "bought_before", vec![("history", input(&sales))]);
    assert_eq!(found, "user item online | u 1 true | v 1 true | u 2 true | u 1 false");
}

#[test]
fn items_of_the_same_attribute_are_found_but_not_the_only_one_itself() {
    let items = table(
        &[("item", Type::Str), ("colour", opt(Type::Str))],
        rows![["a", "red"], ["b", "red"], ["c", "blue"], ["d", ()], ["e", "red"], ["f", "blue"]],
    );
    let args = vec![
        ("history", input(&sales())),
        ("items", input(&items)),
        ("item", keys(&["item"])),
        ("on", keys(&["colour"])),
    ];
    // u had a and b, each of which is a candidate because of the other; v had b and c; w had c, and d of no colour.
    assert_eq!(shown("std.recommend", "same_attribute", args), "user item | u a | u b | u e | v a | v e | w f | v f");
}

#[test]
fn everyone_gets_every_row_once() {
    let items = table(&[("item", Type::Str)], rows![["x"], ["y"]]);
    let args = vec![("input", input(&items)), ("users", input(&sales())), ("user", keys(&["user"]))];
    assert_eq!(shown("std.pairs", "for_everyone", args), "user item | u x | u y | v x | v y | w x | w y");
    let args = vec![("input", input(&sales())), ("users", input(&sales())), ("user", keys(&["user"]))];
    assert_eq!(fails("std.pairs", "for_everyone", args).code, "GML0303");
}

#[test]
fn a_label_says_which_pairs_came_to_be() {
    let asked = table(
        &[("user", opt(Type::Str)), ("item", Type::Str), ("n", Type::INT)],
        rows![["w", "c", 1], ["w", "a", 2], [(), "a", 3], ["u", "a", 4], ["w", "c", 5]],
    );
    let label = |asked: &Table| {
        let args = vec![("input", input(asked)), ("bought_in", input(&sales())), ("on", keys(&["user", "item"]))];
        call("std.pairs", "label", args)
    };
    let labelled = label(&asked).unwrap();
    assert_eq!(
        show(&labelled).replace('"', "").replace('\n', " | "),
        "user item n label | w c 1 true | w a 2 false | null a 3 false | u a 4 true | w c 5 true"
    );
    let Data::Table(labelled) = labelled else { panic!("no table") };
    assert_eq!(label(&labelled).err().unwrap().code, "GML0303");
    // Keys of several widths meet in the wider one, and the column of the pairs stays as it is.
    let narrow = table(&[("n", Type::Int(gml_ir::IntKind::I8))], rows![[1], [2]]);
    let wide = table(&[("n", Type::INT)], rows![[258], [2]]);
    let args = vec![("input", input(&narrow)), ("bought_in", input(&wide)), ("on", keys(&["n"]))];
    let Data::Table(found) = call("std.pairs", "label", args).unwrap() else { panic!("no table") };
    let found = crate::frame::collect(found.frame).unwrap();
    assert_eq!(found.column("n").unwrap().dtype(), &polars::prelude::DataType::Int8);
    assert_eq!(found.column("label").unwrap().bool().unwrap().iter().collect::<Vec<_>>(), [Some(false), Some(true)]);
}

fn of_strategies(strategies: Vec<(&str, Table)>) -> Vec<(&'static str, Input)> {
    let parts = strategies.into_iter().map(|(name, table)| (Arc::from(name), Data::Table(table)));
    vec![
        ("user", keys(&["user"])),
        ("item", keys(&["item"])),
        ("strategies", Input::Data(Data::Record(parts.collect()))),
    ]
}

fn together(strategies: Vec<(&str, Table)>) -> Data {
    call("std.recommend", "candidates", of_strategies(strategies)).unwrap()
}

fn found() -> Table {
    let first = pairs(rows![["v", "b"], ["u", "a"], ["u", "b"], ["v", "b"], ["v", "a"]]);
    let second = pairs(rows![["u", "c"], ["u", "b"], ["w", "a"], ["u", "c"], ["v", "a"]]);
    let Data::Table(found) = together(vec![("one", first), ("two", second)]) else { panic!("no table") };
    found
}

#[test]
fn candidates_tell_which_strategy_had_them_and_where() {
    let shown = show(&Data::Table(found())).replace('"', "").replace('\n', " | ");
    assert_eq!(
        shown,
        "user item one_rank two_rank | v b 1 null | v a 2 1 | u a 1 null | u b 2 2 | u c null 1 | w a null 1"
    );
}

#[test]
fn candidates_are_the_same_on_any_number_of_threads_and_by_other_types() {
    let number = |row: i64| (row * 2_654_435_761) % 10_007;
    let cells = (0..40_000).map(|row| vec![Value::Int(number(row) % 9_001), Value::Int(number(row * 7 + 3) % 211)]);
    let columns = [("user", Type::INT), ("item", Type::INT)];
    let many = table(&columns, cells.collect());
    let few = table(&columns, rows![[1, 2], [9_000_000, 2]]);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| show(&together(vec![("many", many.clone()), ("few", few.clone())])))
    };
    let one = on(1);
    // More users than are worked on at a time.
    assert!(one.lines().count() > 9_000 && one == on(3));
}

#[test]
fn candidates_in_parts_are_those_at_once() {
    let in_parts = crate::operator_in_parts("std.recommend", "candidates").unwrap();
    let parts_of = |strategies: Vec<(&str, Table)>| {
        let made = call_of(in_parts, "candidates", of_strategies(strategies)).unwrap();
        let mut frames = Vec::new();
        made.each(&mut |frame| {
            frames.push(frame);
            Ok(())
        })
        .unwrap();
        frames
    };
    let columns = [("user", Type::INT), ("item", Type::INT)];
    let many = table(&columns, (0..40_000).map(|row| vec![Value::Int(row / 2), Value::Int(row % 211)]).collect());
    let few = table(&columns, rows![[1, 2], [9_000_000, 2]]);
    let strategies = || vec![("many", many.clone()), ("few", few.clone())];
    let frames = parts_of(strategies());
    assert!(frames.len() > 1, "more users than are worked on at a time");
    let mut frames = frames.into_iter();
    let mut all = frames.next().unwrap();
    for frame in frames {
        all.vstack_mut_owned(frame).unwrap();
    }
    let Data::Table(whole) = together(strategies()) else { panic!("no table") };
    assert!(all.equals_missing(&crate::frame::collect(whole.frame).unwrap()));
    let none = table(&columns, Vec::new());
    let frames = parts_of(vec![("none", none)]);
    assert_eq!((frames.len(), frames[0].height(), frames[0].width()), (1, 0, 3));
}

#[test]
fn negatives_are_drawn_and_positives_stay() {
    let cells = (0..1000).map(|row| vec![Value::Int(row), Value::Int(row % 10), Value::Bool(row % 50 == 0)]);
    let rows = table(&[("row", Type::INT), ("group", Type::INT), ("bought", Type::Bool)], cells.collect());
    let rows = roled(rows, &[("bought", Role::Target)]);
    let drawn = |n: i64, per: &[&str], seed: i64| -> Vec<Vec<String>> {
        let args = vec![("input", input(&rows)), ("n", constant(n)), ("per", keys(per)), ("seed", constant(seed))];
        let shown = show(&call("std.recommend", "sample_negatives", args).unwrap());
        shown.lines().skip(1).map(|line| line.split(' ').map(ToOwned::to_owned).collect()).collect()
    };
    let of = |rows: &[Vec<String>], truth: &str| rows.iter().filter(|row| row[2] == truth).count();
    let some = drawn(100, &[], 1);
    assert_eq!((of(&some, "true"), of(&some, "false")), (20, 100));
    let places: Vec<usize> = some.iter().map(|row| row[0].parse().unwrap()).collect();
    assert!(places.is_sorted() && places.iter().any(|place| *place > 900));
    assert_eq!(some, drawn(100, &[], 1));
    assert_ne!(some, drawn(100, &[], 2));
    assert_eq!(of(&drawn(0, &[], 1), "false"), 0);
    assert_eq!(drawn(5000, &[], 1).len(), 1000);
    let per = drawn(7, &["group"], 1);
    assert_eq!(per, drawn(7, &["group"], 1));
    assert_ne!(per, drawn(7, &["group"], 2));
    for group in 0..10 {
        let group = group.to_string();
        assert_eq!(per.iter().filter(|row| row[1] == group && row[2] == "false").count(), 7, "{group}");
    }
    assert_eq!(of(&per, "true"), 20);
    assert_eq!(of(&drawn(0, &["group"], 1), "false"), 0);
}

#[test]
fn lists_of_the_best_are_filled() {
    let scored = table(
        &[("user", Type::Str), ("item", Type::Str), ("score", opt(Type::Float))],
        rows![["v", "a", 0.5], ["u", "a", 0.1], ["u", "b", 0.9], ["u", "c", ()], ["u", "b", 0.2], ["u", "d", 0.1],],
    );
    let top = |k: i64, more: Vec<(&str, Input)>| {
        let mut args = vec![
            ("input", input(&scored)),
            ("k", constant(k)),
            ("user", keys(&["user"])),
            ("item", keys(&["item"])),
            ("by", Input::Expr(c("score", opt(Type::Float)))),
        ];
        args.extend(more);
        shown("std.recommend", "top_k", args)
    };
    assert_eq!(top(2, Vec::new()), "user item | v [a] | u [b, a]");
    assert_eq!(top(9, Vec::new()), "user item | v [a] | u [b, a, d, c]");
    let fill = pairs(rows![["", "x"], ["", "a"], ["", "y"]]);
    let users = table(&[("user", Type::Str)], rows![["w"], ["u"]]);
    assert_eq!(
        top(3, vec![("users", input(&users)), ("fill", input(&fill))]),
        "user item | w [x, a, y] | u [b, a, d] | v [a, x, y]"
    );
    assert_eq!(top(3, vec![("users", input(&users))]), "user item | w [] | u [b, a, d] | v [a]");
}

fn judged(candidates: &Table, on: &Table, metrics: Vec<Value>) -> Vec<(String, f64)> {
    let args = vec![
        ("candidates", input(candidates)),
        ("on", Input::List(vec![input(on)])),
        ("metrics", Input::Const(Value::List(metrics))),
    ];
    let Data::Metrics(found) = call("std.learning", "evaluate", args).unwrap() else { panic!("no metrics") };
    found.into_iter().map(|metric| (metric.name, metric.value)).collect()
}

#[test]
fn candidates_are_judged_together_and_by_strategy() {
    let int = opt(Type::INT);
    let mut candidates = found();
    let columns = [("user", Type::Str), ("item", Type::Str), ("one_rank", int.clone()), ("two_rank", int)];
    candidates.ty.row = Arc::new(row_of(&columns));
    let candidates = roled(candidates, &[("user", Role::Group), ("item", Role::Id)]);
    // u bought b and z, v bought b (twice), n, who has no candidates, bought a. w bought nothing.
    let on = pairs(rows![["u", "b"], ["u", "z"], ["v", "b"], ["v", "b"], ["n", "a"]]);
    let metric = |name: &str, k: Option<i64>| Value::Symbol {
        name: name.into(),
        args: vec![("k".into(), k.map_or(Value::Null, Value::Int))],
    };
    let value = |metric: Value| judged(&candidates, &on, vec![metric]);
    let named = |name: &str, numbers: [f64; 3]| {
        let ends = ["", "[one]", "[two]"];
        ends.iter().zip(numbers).map(|(end, number)| (format!("{name}{end}"), number)).collect::<Vec<_>>()
    };
    let close = |found: Vec<(String, f64)>, wanted: Vec<(String, f64)>| {
        for ((name, value), (wanted_name, wanted)) in found.iter().zip(&wanted) {
            assert!(name == wanted_name && (value - wanted).abs() < 1e-12, "{found:?} {wanted:?}");
        }
        assert_eq!(found.len(), wanted.len());
    };
    // Of all: u one of two, v one of one, n none. Of `two`: u has b, v has only a.
    let (recall, cost) = (named("recall", [0.5, 0.5, 0.5 / 3.0]), named("candidates", [2.0, 4.0 / 3.0, 4.0 / 3.0]));
    close(
        value(metric("recall", None)),
        recall.into_iter().zip(cost).flat_map(|(recall, cost)| [recall, cost]).collect(),
    );
    // First of each: u a, v b; of `two`: u c, v a.
    close(value(metric("recall", Some(1))), named("recall(1)", [1.0 / 3.0, 1.0 / 3.0, 0.0]));
    // u: b in place 2 of a possible 2; v: b in place 1. Of `two`: u has b in place 2 too, v nothing.
    close(value(metric("map", Some(2))), named("map(2)", [1.25 / 3.0, 1.25 / 3.0, 0.25 / 3.0]));
    close(value(metric("mrr", Some(2))), named("mrr(2)", [0.5, 0.5, 0.5 / 3.0]));
    // The best for u is b and z in places 1 and 2; it has the second of them.
    let second = 1.0 / (1.0 + 3.0_f64.log2());
    close(value(metric("ndcg", Some(2))), named("ndcg(2)", [(second + 1.0) / 3.0, (second + 1.0) / 3.0, second / 3.0]));
    close(value(metric("hit_rate", Some(2))), named("hit_rate(2)", [2.0 / 3.0, 2.0 / 3.0, 1.0 / 3.0]));
    // v b a, u a b, w a: a half of the first two, a half, none; of `two`: v a, u c b, w a.
    close(value(metric("precision", Some(2))), named("precision(2)", [1.0 / 3.0, 0.5, 0.5 / 3.0]));
    // Of a, b, c and z: b and a; of `one` too; of `two` c and a.
    close(value(metric("coverage", Some(1))), named("coverage(1)", [0.5, 0.5, 0.5]));
    // Of three buyers one had a, two had b; c counts as if one had it. First: v b, u a, w a.
    let (seldom, often) = (3.0_f64.log2(), 1.5_f64.log2());
    close(
        value(metric("novelty", Some(1))),
        named("novelty(1)", [(often + 2.0 * seldom) / 3.0, (often + seldom) / 2.0, seldom]),
    );
    let args = vec![
        ("candidates", input(&candidates)),
        ("on", Input::List(vec![input(&pairs(Vec::new()))])),
        ("metrics", Input::Const(Value::List(vec![metric("recall", None)]))),
    ];
    assert_eq!(fails("std.learning", "evaluate", args).code, "GML0922");
}

#[test]
fn a_candidate_that_stands_there_twice_is_found_once() {
    let candidates = pairs(rows![["u", "a"], ["u", "a"], ["u", "b"], ["v", "c"]]);
    let candidates = roled(candidates, &[("user", Role::Group), ("item", Role::Id)]);
    let on = pairs(rows![["u", "a"], ["u", "b"], ["v", "a"]]);
    let value = |name: &str, k: Value| {
        let metric = Value::Symbol { name: name.into(), args: vec![("k".into(), k)] };
        judged(&candidates, &on, vec![metric])[0].1
    };
    // u: both of two, v: none of one.
    assert_eq!(value("recall", Value::Null), 0.5);
    assert_eq!(value("recall", Value::Int(2)), 0.25);
    // u: the second of the two places is taken by `a` once more.
    assert_eq!(value("map", Value::Int(2)), 0.25);
    assert_eq!(value("precision", Value::Int(2)), 0.25);
    assert_eq!(value("map", Value::Int(3)), (1.0 + 2.0 / 3.0) / 2.0 / 2.0);
}

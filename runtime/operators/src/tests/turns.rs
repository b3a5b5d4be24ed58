//! `group` in two turns gives what it gives in one, however the rows are cut into parts.

use std::sync::Arc;

use gml_ir::{Arg, Expr, IntKind, NamedExpr, OrderKey, Type, Value};
use proptest::prelude::*;

use super::kit::*;
use crate::{Data, Input, Table, in_turns};

fn columns() -> [(&'static str, Type); 6] {
    let short = Type::Int(IntKind::I16);
    [
        ("u", opt(Type::Str)),
        ("v", opt(Type::INT)),
        ("t", opt(Type::INT)),
        ("s", opt(Type::Str)),
        ("n", opt(short)),
        ("ok", opt(Type::Bool)),
    ]
}

fn column(name: &str) -> Expr {
    let ty = columns().into_iter().find(|(own, _)| *own == name).unwrap().1;
    c(name, ty)
}

/// Every aggregate that can be computed in two turns, with and without its further arguments.
fn aggregates() -> Vec<(String, Expr)> {
    let ok = || column("ok");
    let mut all = Vec::new();
    for condition in [None, Some(ok())] {
        let with = |args: Vec<(&'static str, Expr)>| -> Vec<(&'static str, Expr)> {
            args.into_iter().chain(condition.clone().map(|condition| ("where", condition))).collect()
        };
        let mut add = |function: &str, args: Vec<(&'static str, Expr)>, ty: Type| {
            all.push((format!("a{}", all.len()), f(function, &with(args), ty)));
        };
        add("count", vec![], Type::INT);
        add("count_values", vec![("values", column("s"))], Type::INT);
        add("sum", vec![("values", column("n"))], Type::INT);
        add("any", vec![("values", ok())], Type::Bool);
        add("all", vec![("values", ok())], Type::Bool);
        for function in ["min", "max"] {
            add(function, vec![("values", column("s"))], opt(Type::Str));
        }
        for function in ["first", "last"] {
            add(function, vec![("values", column("s"))], opt(Type::Str));
            add(function, vec![("values", column("s")), ("by", column("t"))], opt(Type::Str));
            add(function, vec![("values", column("n")), ("by", column("t"))], opt(Type::Int(IntKind::I16)));
        }
    }
    let two = op(gml_ir::BinaryOp::Add, all[0].1.clone(), all[2].1.clone(), Type::INT);
    all.push(("both".into(), two));
    all
}

fn arguments(aggregates: &[(String, Expr)]) -> Vec<(Arc<str>, Arg)> {
    let named = |columns: Vec<(&str, Expr)>| {
        Arg::Columns(columns.into_iter().map(|(name, expr)| NamedExpr { name: name.into(), expr }).collect())
    };
    let by = named(vec![("u", column("u")), ("w", column("v"))]);
    let aggregates = named(aggregates.iter().map(|(name, expr)| (&**name, expr.clone())).collect());
    vec![("by".into(), by), ("aggregates".into(), aggregates)]
}

fn group(table: &Table, args: &[(Arc<str>, Arg)]) -> Table {
    let mut inputs = vec![("input", input(table))];
    for (name, arg) in args {
        let Arg::Columns(columns) = arg else { panic!("only columns are given") };
        inputs.push((name, Input::Columns(columns.clone())));
    }
    let Ok(Data::Table(table)) = call("std.table", "group", inputs) else { panic!("no table") };
    table
}

fn cell(name: &str) -> BoxedStrategy<Value> {
    let null = Just(Value::Null);
    match name {
        "u" | "s" => prop_oneof![1 => null, 4 => "[abc]".prop_map(|text| Value::Str(text.into()))].boxed(),
        "ok" => prop_oneof![1 => null, 4 => any::<bool>().prop_map(Value::Bool)].boxed(),
        _ => prop_oneof![1 => null, 4 => (-2_i64..3).prop_map(Value::Int)].boxed(),
    }
}

proptest! {
    #[test]
    fn two_turns_give_what_one_gives(
        rows in prop::collection::vec(columns().map(|(name, _)| cell(name)).to_vec(), 0..40),
        cuts in prop::collection::vec(0_usize..40, 0..5),
    ) {
        let aggregates = aggregates();
        let args = arguments(&aggregates);
        let turns = in_turns("std.table", "group", &args).unwrap();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(rows.len())).chain([0, rows.len()]).collect();
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|ends| group(&table(&columns(), rows[ends[0]..ends[1]].to_vec()), &turns.part).frame);
        let together = polars::prelude::concat(parts.collect::<Vec<_>>(), Default::default()).unwrap();
        let whole = table(&columns(), rows);
        let parts = Table { frame: together, ty: whole.ty.clone() };
        prop_assert_eq!(show(&Data::Table(group(&parts, &turns.whole))), show(&Data::Table(group(&whole, &args))));
    }
}

#[test]
fn what_needs_all_rows_at_once_is_left_whole() {
    let turns = |function: &str, values: Expr, ty: Type| {
        in_turns("std.table", "group", &arguments(&[("a".into(), f(function, &[("values", values)], ty))]))
    };
    let number = || c("x", Type::Float);
    assert_eq!(turns("sum", number(), Type::Float), None);
    assert_eq!(turns("mean", number(), Type::Float), None);
    assert_eq!(turns("median", number(), Type::Float), None);
    assert_eq!(
        turns("sum", c("x", Type::INT), Type::INT),
        None,
        "a part's sum may be too large where the whole is not"
    );
    assert!(turns("max", number(), Type::Float).is_some());
    let all_rows = vec![("aggregates".into(), Arg::Columns(Vec::new()))];
    assert_eq!(in_turns("std.table", "group", &all_rows), None, "a part without rows has a group too");
    let keys = vec![OrderKey { expr: number(), descending: false }];
    assert_eq!(in_turns("std.table", "sort", &[("by".into(), Arg::Order(keys))]), None);
}

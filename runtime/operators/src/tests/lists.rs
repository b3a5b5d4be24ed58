//! `std.list`.

use gml_ir::BinaryOp::{Add, Greater};
use gml_ir::{Expr, ExprKind, IntKind, Type, Value};

use super::kit::*;
use crate::Table;

fn params() -> (Table, Type) {
    let item = struct_of(&[("key", Type::Str), ("value", struct_of(&[("n", opt(Type::INT)), ("s", opt(Type::Str))]))]);
    let ty = opt(list_of(item));
    let pair = |key: &str, n: i64| record(&[("key", key.value()), ("value", record(&[("n", n.value())]))]);
    let cells = rows![
        [list(vec![pair("a", 1), pair("id", 7), pair("id", 8)])],
        [list(vec![])],
        [()],
        [list(vec![pair("b", 2)])],
        [list(vec![pair("id", 9)])]
    ];
    (table(&[("p", ty.clone())], cells), ty)
}

fn key_is(key: &str) -> Expr {
    eq(c("key", Type::Str), k(key))
}

fn field(of: Expr, name: &str, ty: Type) -> Expr {
    Expr { kind: ExprKind::Field(Box::new(of), name.into()), ty }
}

#[test]
fn find_takes_the_first() {
    let (t, ty) = params();
    let found = f("find", &[("items", c("p", ty.clone())), ("condition", key_is("id"))], opt(struct_of(&[])));
    let value = field(found.clone(), "value", opt(struct_of(&[])));
    assert_eq!(eval(&t, field(value, "n", opt(Type::INT))), "7 null null null 9");
    assert_eq!(eval(&t, field(found.clone(), "key", opt(Type::Str))), r#""id" null null null "id""#);
    assert_eq!(eval(&t, found).split(' ').next(), Some("{"));
    let always = f("find", &[("items", c("p", ty)), ("condition", k(true))], opt(struct_of(&[])));
    assert_eq!(eval(&t, field(always, "key", opt(Type::Str))), r#""a" null null "b" "id""#);
    // The items of a part of a table are not those of the whole.
    let sliced = Table { frame: t.frame.clone().slice(3, 2), ty: t.ty };
    let found = f("find", &[("items", c("p", Type::Unknown)), ("condition", key_is("id"))], opt(struct_of(&[])));
    assert_eq!(eval(&sliced, field(found, "key", opt(Type::Str))), r#"null "id""#);
}

#[test]
fn items_chosen_and_made() {
    let (t, ty) = params();
    let chosen = f("where_items", &[("items", c("p", ty.clone())), ("condition", key_is("id"))], ty.clone());
    let keys = f("each", &[("items", chosen), ("value", c("key", Type::Str))], opt(list_of(Type::Str)));
    assert_eq!(eval(&t, keys), r#"["id", "id"] [] null [] ["id"]"#);
    let args = [("items", c("p", ty)), ("condition", key_is("id"))];
    assert_eq!(eval(&t, f("any_item", &args, opt(Type::Bool))), "true false null false true");
    assert_eq!(eval(&t, f("all_items", &args, opt(Type::Bool))), "false true null false true");
}

fn ints() -> Table {
    let cells = rows![
        [list(vec![3.value(), 1.value(), ().value(), 3.value()]), 3],
        [list(vec![]), 1],
        [(), 1],
        [list(vec![5.value()]), ()]
    ];
    table(&[("l", opt(list_of(opt(Type::INT)))), ("n", opt(Type::INT))], cells)
}

#[test]
fn lists_of_numbers() {
    let t = ints();
    let l = || c("l", opt(list_of(opt(Type::INT))));
    let of = |function: &str, ty: Type| eval(&t, f(function, &[("items", l())], ty));
    assert_eq!(of("length", opt(Type::INT)), "4 0 null 1");
    assert_eq!(of("sum_items", opt(Type::INT)), "7 0 null 5");
    assert_eq!(of("mean_items", opt(Type::Float)), format!("{} null null 5.0", 7.0 / 3.0));
    assert_eq!(of("min_items", opt(Type::INT)), "1 null null 5");
    assert_eq!(of("max_items", opt(Type::INT)), "3 null null 5");
    assert_eq!(of("sort_items", opt(list_of(Type::INT))), "[1, 3, 3, null] [] null [5]");
    assert_eq!(of("unique_items", opt(list_of(Type::INT))), "[3, 1, null] [] null [5]");
    let at = |place: i64| eval(&t, f("at", &[("items", l()), ("place", k(place))], opt(Type::INT)));
    assert_eq!((at(0), at(-1), at(9)), ("3 null null 5".into(), "3 null null 5".into(), "null null null null".into()));
    let contains = f("contains", &[("items", l()), ("value", c("n", opt(Type::INT)))], opt(Type::Bool));
    assert_eq!(eval(&t, contains), "true false null null");
    let inside = ExprKind::In(Box::new(c("n", opt(Type::INT))), Box::new(l()));
    assert_eq!(eval(&t, Expr { kind: inside, ty: opt(Type::Bool) }), "true false null null");
    let doubled = op(Add, c("item", opt(Type::INT)), c("item", opt(Type::INT)), opt(Type::INT));
    let each = f("each", &[("items", l()), ("value", doubled)], opt(list_of(opt(Type::INT))));
    assert_eq!(eval(&t, each), "[6, 2, null, 6] [] null [10]");
    let large = op(Greater, c("item", opt(Type::INT)), k(2), opt(Type::Bool));
    assert_eq!(
        eval(&t, f("any_item", &[("items", l()), ("condition", large.clone())], opt(Type::Bool))),
        "true false null true"
    );
    assert_eq!(
        eval(&t, f("all_items", &[("items", l()), ("condition", large)], opt(Type::Bool))),
        "false true null true"
    );
}

#[test]
fn lists_of_text_and_of_constants() {
    let t = table(
        &[("l", list_of(opt(Type::Str)))],
        rows![[list(vec!["b".value(), ().value(), "a".value()])], [list(vec![])]],
    );
    let l = || c("l", list_of(opt(Type::Str)));
    let joined = f("concat_items", &[("items", l()), ("separator", k("-"))], Type::Str);
    assert_eq!(eval(&t, joined), r#""b-a" """#);
    assert_eq!(eval(&t, f("min_items", &[("items", l())], opt(Type::Str))), r#""a" null"#);
    let words = f("split_text", &[("text", k("x y")), ("separator", k(" "))], list_of(Type::Str));
    assert_eq!(constant_of(&f("length", &[("items", words)], Type::INT)), "2");
    let sum = f("sum_items", &[("items", k(list(vec![i64::MAX.value(), 1.value()])))], Type::INT);
    assert_eq!(crate::expr::compute(&[], &sum).unwrap_err().code, "GML0923");
    let none = table(&[("l", list_of(Type::INT))], vec![] as Vec<Vec<Value>>);
    assert_eq!(eval(&none, f("max_items", &[("items", c("l", list_of(Type::INT)))], opt(Type::INT))), "");
}

#[test]
fn items_of_64_bits_without_a_sign() {
    const MOST: i64 = i64::MAX;
    const LARGE: i64 = 1 << 53;
    let uint64 = Type::Int(IntKind::U64);
    let items = || c("l", list_of(Type::Int(IntKind::U64)));
    let t = table(
        &[("l", list_of(uint64.clone())), ("n", Type::INT)],
        rows![[list(vec![MOST.value(), 1.value()]), 1], [list(vec![(LARGE + 1).value()]), LARGE], [list(vec![]), -1]],
    );
    let sum = || f("sum_items", &[("items", items())], uint64.clone());
    // A constant has no room for the first sum.
    let sums = crate::frame::collect(t.frame.clone().select([crate::expr::translate(&sum()).unwrap()])).unwrap();
    let sums: Vec<Option<u64>> = sums.columns()[0].u64().unwrap().iter().collect();
    assert_eq!(sums, [Some(1 << 63), Some((1 << 53) + 1), Some(0)]);
    // Three of these do not fit 64 bits any more.
    let most = table(&[("l", list_of(uint64.clone()))], rows![[list(vec![MOST.value(), MOST.value(), MOST.value()])]]);
    let args = vec![("input", input(&most)), ("columns", named(vec![("x", sum())]))];
    assert_eq!(fails("std.table", "select", args).code, "GML0923");
    let contains = f("contains", &[("items", items()), ("value", c("n", Type::INT))], Type::Bool);
    assert_eq!(eval(&t, contains), "true false false");
}

#[test]
fn the_sum_of_no_floats_is_zero_without_a_sign() {
    let ty = list_of(opt(Type::Float));
    let t = table(&[("l", ty.clone())], rows![[list(vec![])], [list(vec![().value()])], [list(vec![1.5.value()])]]);
    assert_eq!(eval(&t, f("sum_items", &[("items", c("l", ty))], Type::Float)), "0.0 0.0 1.5");
}

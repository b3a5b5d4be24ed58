//! Operators on rows and columns of one table, and `union`.

use gml_ir::BinaryOp::{Add, Greater};
use gml_ir::{Expr, IntKind, Row, Type, Value};

use super::kit::*;
use crate::{Data, Input, Table};

fn items() -> Table {
    let columns = [("id", Type::INT), ("kind", opt(Type::Str)), ("price", opt(Type::Float))];
    table(&columns, rows![[1, "b", 2.5], [2, "a", ()], [3, "b", 1.0], [4, (), 2.5], [5, "a", f64::NAN], [6, "b", 2.5]])
}

fn price() -> Expr {
    c("price", opt(Type::Float))
}

fn ids(shown: &str) -> String {
    shown.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>().join(" ")
}

fn ids_of(name: &str, mut args: Vec<(&str, Input)>) -> String {
    args.insert(0, ("input", input(&items())));
    ids(&run(name, args))
}

#[test]
fn filter_keeps_what_holds() {
    let dear = op(Greater, price(), k(2.0), opt(Type::Bool));
    assert_eq!(ids_of("filter", vec![("condition", Input::Expr(dear))]), "1 4 5 6");
    assert_eq!(ids_of("filter", vec![("condition", Input::Expr(k(true)))]), "1 2 3 4 5 6");
    assert_eq!(ids_of("filter", vec![("condition", Input::Expr(k(false)))]), "");
}

#[test]
fn columns_are_chosen_made_and_named() {
    let t = items();
    let next = || op(Add, c("id", Type::INT), k(1), Type::INT);
    let derived = run("derive", vec![("input", input(&t)), ("columns", named(vec![("id", next()), ("one", k(1))]))]);
    assert!(derived.starts_with("id kind price one\n2 \"b\" 2.5 1\n"), "{derived}");
    let selected = run(
        "select",
        vec![("input", input(&t)), ("columns", named(vec![("n", next()), ("one", k(1)), ("id", c("id", Type::INT))]))],
    );
    assert!(selected.starts_with("n one id\n2 1 1\n"), "{selected}");
    let constants = run("select", vec![("input", input(&t)), ("columns", named(vec![("id", k(7))]))]);
    assert_eq!(constants, "id\n7\n7\n7\n7\n7\n7");
    let dropped = run("drop", vec![("input", input(&t)), ("columns", keys(&["kind", "price"]))]);
    assert_eq!(dropped.lines().next(), Some("id"));
    let swapped = named(vec![("kind", c("id", Type::INT)), ("id", c("kind", Type::Str))]);
    let renamed = run("rename", vec![("input", input(&t)), ("columns", swapped)]);
    assert!(renamed.starts_with("kind id price\n1 \"b\" 2.5\n"), "{renamed}");
}

#[test]
fn what_is_the_same_in_all_rows_stands_beside_a_column_that_is() {
    let size = f("abs", &[("x", k(-7))], Type::INT);
    let same = call("std.table", "derive", vec![("input", input(&items())), ("columns", named(vec![("same", k(7))]))]);
    let Ok(Data::Table(same)) = same else { panic!("a table is due") };
    let equal = named(vec![("equal", eq(size, c("same", Type::INT)))]);
    assert_eq!(
        run("select", vec![("input", input(&same)), ("columns", equal)]),
        "equal".to_owned() + &"\ntrue".repeat(6)
    );
}

#[test]
fn rows_are_ordered_and_counted() {
    assert_eq!(ids_of("sort", vec![("by", order(vec![(price(), false)]))]), "3 1 4 6 5 2");
    assert_eq!(ids_of("sort", vec![("by", order(vec![(price(), true)]))]), "5 1 4 6 3 2");
    let kind = c("kind", opt(Type::Str));
    assert_eq!(ids_of("sort", vec![("by", order(vec![(kind.clone(), true), (price(), false)]))]), "3 1 6 5 2 4");
    assert_eq!(ids_of("take", vec![("n", constant(2))]), "1 2");
    assert_eq!(ids_of("take", vec![("n", constant(99))]), "1 2 3 4 5 6");
    assert_eq!(ids_of("top", vec![("n", constant(3)), ("by", Input::Expr(price()))]), "5 1 4");
    assert_eq!(
        ids_of("top", vec![("n", constant(1)), ("by", Input::Expr(price())), ("per", keys(&["kind"]))]),
        "1 5 4"
    );
    let last = vec![("n", constant(2)), ("by", order(vec![(price(), false)])), ("per", keys(&["kind"]))];
    assert_eq!(ids_of("take_last", last), "1 6 5 2 4");
    assert_eq!(ids_of("take", vec![("n", constant(1)), ("per", keys(&["kind"]))]), "1 2 4");
    let twice = table(&[("a", Type::INT), ("b", opt(Type::INT))], rows![[1, ()], [1, 2], [1, ()], [1, 2]]);
    assert_eq!(run("distinct", vec![("input", input(&twice))]), "a b\n1 null\n1 2");
    let fault = fails("std.table", "take", vec![("input", input(&items())), ("n", constant(-1))]);
    assert_eq!(fault.code, "GML0229");
}

#[test]
fn samples_are_drawn_by_seed() {
    let drawn = |seed: i64, n: i64| ids_of("sample", vec![("n", constant(n)), ("seed", constant(seed))]);
    assert_eq!(drawn(1, 3), drawn(1, 3));
    assert_eq!(drawn(1, 3).split(' ').count(), 3);
    assert_eq!(drawn(1, 99), "1 2 3 4 5 6");
    assert!((0..20).any(|seed| drawn(seed, 3) != drawn(1, 3)));
    assert_eq!(ids_of("sample", vec![("fraction", constant(0.5)), ("seed", constant(3))]).split(' ').count(), 3);
    let bad = vec![("input", input(&items())), ("fraction", constant(1.5)), ("seed", constant(3))];
    assert_eq!(fails("std.table", "sample", bad).code, "GML0229");
}

#[test]
fn the_last_stretch_of_time() {
    let t = table(&[("id", Type::INT), ("d", opt(Type::Date))], rows![[1, day(9)], [2, day(10)], [3, ()], [4, day(8)]]);
    let last = |period: Value| {
        ids(&run(
            "last",
            vec![("input", input(&t)), ("period", constant(period)), ("by", Input::Expr(c("d", opt(Type::Date))))],
        ))
    };
    assert_eq!(last(hours(48)), "1 2");
    assert_eq!(last(Value::Null), "1 2 3 4");
}

#[test]
fn lists_become_rows() {
    let cells = rows![[1, list(vec![1.value(), ().value()])], [2, list(vec![])], [3, ()], [4, list(vec![5.value()])]];
    let t = table(&[("id", Type::INT), ("l", opt(list_of(opt(Type::INT))))], cells);
    assert_eq!(run("explode", vec![("input", input(&t)), ("column", keys(&["l"]))]), "id l\n1 1\n1 null\n4 5");
}

#[test]
fn long_and_wide() {
    let columns = [("u", Type::Str), ("k", Type::Enum(["x".into(), "y".into()].into())), ("n", Type::INT)];
    let t = table(&columns, rows![["b", "y", 1], ["a", "x", 2], ["b", "y", 3], ["a", "y", 4]]);
    let sum = || Input::Expr(f("sum", &[("values", c("n", Type::INT))], Type::INT));
    let on = named(vec![("k", c("k", columns[1].1.clone()))]);
    let wide = run("pivot", vec![("input", input(&t)), ("rows", keys(&["u"])), ("on", on), ("value", sum())]);
    assert_eq!(wide, "u x y\n\"b\" null 4\n\"a\" 2 4");
    // Of another type the columns come in order of first appearance.
    let wide = run("pivot", vec![("input", input(&t)), ("rows", keys(&["u"])), ("on", keys(&["k"])), ("value", sum())]);
    assert_eq!(wide, "u y x\n\"b\" 4 null\n\"a\" 4 2");
    let clash = table(&[("u", Type::Str), ("k", Type::Str), ("n", Type::INT)], rows![["b", "u", 1]]);
    let args = vec![("input", input(&clash)), ("rows", keys(&["u"])), ("on", keys(&["k"])), ("value", sum())];
    assert_eq!(fails("std.table", "pivot", args).code, "GML0302");

    let t = table(&[("u", Type::Str), ("x", Type::INT), ("y", opt(Type::Float))], rows![["a", 1, 2.5], ["b", 3, ()]]);
    let long = run(
        "unpivot",
        vec![
            ("input", input(&t)),
            ("columns", keys(&["x", "y"])),
            ("name", constant("what")),
            ("value", constant("n")),
        ],
    );
    assert_eq!(long, "u what n\n\"a\" \"x\" 1.0\n\"a\" \"y\" 2.5\n\"b\" \"x\" 3.0\n\"b\" \"y\" null");
    let none = table(&[("u", Type::Str), ("x", Type::INT)], vec![] as Vec<Vec<Value>>);
    assert_eq!(run("unpivot", vec![("input", input(&none)), ("columns", keys(&["x"]))]), "u name value");
}

#[test]
fn nulls_are_filled() {
    let columns = [("u", Type::Str), ("t", Type::INT), ("x", opt(Type::INT)), ("s", opt(Type::Str))];
    let t = table(
        &columns,
        rows![["a", 3, (), "p"], ["b", 1, 5, ()], ["a", 1, 7, ()], ["a", 2, (), "q"], ["b", 2, (), ()]],
    );
    let with_value = run("fill", vec![("input", input(&t)), ("columns", keys(&["x"])), ("value", constant(0))]);
    assert!(with_value.ends_with("\"b\" 2 0 null") && with_value.contains("\"a\" 3 0 \"p\""), "{with_value}");
    let fill = |direction: &str| {
        run(
            "fill",
            vec![
                ("input", input(&t)),
                ("columns", keys(&["x", "s"])),
                ("direction", constant(direction)),
                ("order", order(vec![(c("t", Type::INT), false)])),
                ("over", keys(&["u"])),
            ],
        )
    };
    assert_eq!(
        fill("forward"),
        "u t x s\n\"a\" 3 7 \"p\"\n\"b\" 1 5 null\n\"a\" 1 7 null\n\"a\" 2 7 \"q\"\n\"b\" 2 5 null"
    );
    assert_eq!(
        fill("backward"),
        "u t x s\n\"a\" 3 null \"p\"\n\"b\" 1 5 null\n\"a\" 1 7 \"q\"\n\"a\" 2 null \"q\"\n\"b\" 2 null null"
    );
}

#[test]
fn tables_below_each_other() {
    let one = table(&[("a", Type::INT), ("b", Type::Str)], rows![[1, "x"]]);
    let two = table(&[("b", opt(Type::Str)), ("a", Type::Float)], rows![[(), 2.5], ["y", 3.0]]);
    let both = run("union", vec![("input", input(&one)), ("other", input(&two))]);
    assert_eq!(both, "a b\n1.0 \"x\"\n2.5 null\n3.0 \"y\"");
    let list = Input::List(vec![input(&two), input(&one), input(&one)]);
    assert_eq!(run("union", vec![("tables", list)]).lines().count(), 5);
    let other = table(&[("a", Type::Str), ("b", Type::Str)], rows![["z", "x"]]);
    assert_eq!(fails("std.table", "union", vec![("input", input(&one)), ("other", input(&other))]).code, "GML0314");
}

#[test]
fn a_table_takes_the_form_of_a_schema() {
    let found = [("n", Type::Int(IntKind::I32)), ("k", opt(Type::Str)), ("x", Type::Float), ("extra", Type::INT)];
    let t = table(&found, rows![[1, "a", 1.0, 0], [2, "b", 2.0, 0]]);
    let conform = |columns: &[(&str, Type)]| {
        call_as("std.table", "conform", vec![("input", input(&t))], &Type::table(row_of(columns)))
    };
    let kind = Type::Enum(["a".into(), "b".into()].into());
    let data = conform(&[("x", Type::INT), ("k", kind), ("n", Type::INT)]).unwrap();
    assert_eq!(show(&data), "x k n\n1 \"a\" 1\n2 \"b\" 2");
    let fault = |table: &Table, columns: &[(&str, Type)]| match call_as(
        "std.table",
        "conform",
        vec![("input", input(table))],
        &Type::table(row_of(columns)),
    ) {
        Err(fault) => fault,
        Ok(Data::Table(table)) => crate::frame::collect(table.frame).unwrap_err(),
        Ok(_) => panic!("no table"),
    };
    assert!(fault(&t, &[("gone", Type::INT)]).message.contains("gone"));
    assert!(fault(&t, &[("k", Type::INT)]).message.contains("k is str"));
    let listed = fault(&t, &[("k", Type::Enum(["a".into()].into()))]);
    assert_eq!((listed.code, listed.details), ("GML0924", vec!["row 2: \"b\"".to_owned()]));
    let holes = table(&[("n", opt(Type::Float))], rows![[1.5], [()]]);
    assert!(fault(&holes, &[("n", Type::Float)]).message.contains("n cannot be null: 1 row of 2"));
    assert!(fault(&holes, &[("n", opt(Type::INT))]).details[0].contains("1.5"));
}

#[test]
fn a_declared_row_that_is_not_there_names_its_declaration() {
    let t = table(&[("n", opt(Type::INT)), ("more", Type::Str)], rows![[1, "a"], [(), "b"]]);
    let declared = |name: &str, ty: Type| {
        let row = Row { open: true, ..row_of(&[(name, ty)]) };
        let args = vec![("input", input(&t)), ("declared_by", constant("`t` of `n`"))];
        match call_as("std.table", "conform", args, &Type::table(row)) {
            Ok(Data::Table(table)) => crate::frame::collect(table.frame).map(|frame| frame.width()),
            Ok(_) => panic!("no table"),
            Err(fault) => Err(fault),
        }
    };
    assert_eq!(declared("n", opt(Type::INT)), Ok(2));
    assert_eq!(declared("n", Type::Str).unwrap_err().message, "column n is int, and `t` of `n` wants str");
    assert_eq!(declared("z", Type::Str).unwrap_err().message, "`t` of `n` wants a column z, and the table has none");
    let null = declared("n", Type::INT).unwrap_err();
    assert!(null.details.contains(&"`t` of `n` declares it so".to_owned()), "{null:?}");
}

#[test]
fn columns_that_only_the_run_knows_are_computed_by_their_types() {
    let t = table(&[("n", Type::INT), ("day", Type::Date)], rows![[i64::MAX, day(3)]]);
    let unknown = |name: &str| c(name, Type::Unknown);
    let derived = |value: Expr| {
        let args = vec![("input", input(&t)), ("columns", named(vec![("made", value)]))];
        match call_as("std.table", "derive", args, &Type::table(Row { open: true, ..Row::default() })) {
            Ok(Data::Table(table)) => {
                crate::frame::collect(table.frame).map(|frame| frame.columns()[2].get(0).unwrap().to_string())
            }
            Ok(_) => panic!("no table"),
            Err(fault) => Err(fault),
        }
    };
    let sum = |left: Expr, right: Expr| op(Add, left, right, Type::Unknown);
    assert_eq!(derived(sum(unknown("day"), k(hours(24)))), Ok("1970-01-05".to_owned()));
    assert_eq!(derived(sum(unknown("n"), k(1))).unwrap_err().code, "GML0923", "it does not wrap around");
    for (value, message) in [
        (sum(unknown("n"), k("x")), "`+` has no meaning for `.n`, which is int, and `\"x\"`, which is str"),
        (f("upper", &[("text", unknown("n"))], Type::Unknown), "`upper` wants a text, and `.n` is int"),
        (
            op(Greater, unknown("n"), unknown("day"), Type::Unknown),
            "`>` has no meaning for `.n`, which is int, and `.day`, which is date",
        ),
    ] {
        let fault = derived(value).unwrap_err();
        assert_eq!((fault.code, &*fault.message), ("GML0929", message));
    }
}

#[test]
fn single_values_of_tables() {
    let value = |name: &str, t: &Table| match call_as("std.table", name, vec![("input", input(t))], &Type::INT) {
        Ok(Data::Value(value)) => Ok(value.to_string()),
        Ok(_) => panic!("no value"),
        Err(fault) => Err(fault.code),
    };
    assert_eq!(value("count", &items()), Ok("6".into()));
    assert_eq!(value("first", &items()), Ok(r#"{ id: 1, kind: "b", price: 2.5 }"#.into()));
    let none = table(&[("id", Type::INT)], vec![] as Vec<Vec<Value>>);
    assert_eq!(value("count", &none), Ok("0".into()));
    assert_eq!(value("first", &none), Err("GML0922"));
}

#[test]
fn columns_that_are_not_there_are_a_fault() {
    let open = Row { open: true, ..Row::default() };
    let condition = Input::Expr(eq(c("nope", Type::Unknown), k(1)));
    let args = vec![("input", input(&items())), ("condition", condition)];
    let fault = call_as("std.table", "filter", args, &Type::table(open)).err().unwrap();
    assert_eq!((fault.code, &*fault.message), ("GML0301", "there is no column nope"));
    assert_eq!(fault.details, ["the columns are id, kind, price"]);
}

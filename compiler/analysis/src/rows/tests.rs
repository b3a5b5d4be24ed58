use std::sync::Arc;

use gml_ir::{Column, Contract, ContractRule, IntKind, Role, Row, Type, Value};
use proptest::prelude::*;

use super::*;
use crate::types::{Fit, assignable, common, comparable, satisfies};

fn row(text: &str) -> Row {
    let mut row = Row::default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if part == ".." {
            row.open = true;
            continue;
        }
        let (name, ty) = part.split_once(':').unwrap_or((part, "int"));
        let (role, name) = match name.trim().split_once(' ') {
            Some(("id", name)) => (Some(Role::Id), name),
            Some(("time", name)) => (Some(Role::Time), name),
            Some(("target", name)) => (Some(Role::Target), name),
            _ => (None, name.trim()),
        };
        row.columns.push(Column::new(name, ty_of(ty.trim())).with_role(role));
    }
    row
}

fn ty_of(text: &str) -> Type {
    if let Some(inner) = text.strip_suffix('?') {
        return ty_of(inner).nullable();
    }
    if let Some(inner) = text.strip_prefix("list ") {
        return Type::List(Arc::new(ty_of(inner)));
    }
    match text {
        "int" => Type::INT,
        "int8" => Type::Int(IntKind::I8),
        "uint64" => Type::Int(IntKind::U64),
        "float" => Type::Float,
        "float32" => Type::Float32,
        "str" => Type::Str,
        "category" => Type::Category,
        "decimal 4 2" => Type::Decimal { precision: 4, scale: 2 },
        "decimal 20 0" => Type::Decimal { precision: 20, scale: 0 },
        "decimal 38 30" => Type::Decimal { precision: 38, scale: 30 },
        "bool" => Type::Bool,
        "date" => Type::Date,
        "timestamp" => Type::Timestamp,
        "unknown" => Type::Unknown,
        "null" => Type::Null,
        letters => Type::Enum(letters.split('|').map(Arc::from).collect()),
    }
}

#[test]
fn plus_replaces_in_place_and_keeps_the_role() {
    let a = row("id user: str, target bought: bool, hits");
    let sum = plus(&a, &row("more: float, bought: int"));
    insta::assert_snapshot!(sum, @"{ id user: str, target bought: int, hits: int, more: float }");
    assert!(plus(&a, &row("x, ..")).open);
    assert!(!sum.open);
}

#[test]
fn derived_rows_have_no_schema_and_no_unique_sets() {
    let session = Row { schema: Some("Session".into()), unique: vec![vec!["user".into()]], ..row("user: str") };
    for derived in [plus(&session, &row("x")), minus(&session, &row("x")), nullable(&session), features(&session)] {
        assert_eq!((derived.schema, derived.unique.len()), (None, 0));
    }
}

#[test]
fn contracts_go_where_the_values_change() {
    let rule = Contract { rule: ContractRule::Compare(gml_ir::BinaryOp::Greater, Value::Int(0)), text: "> 0".into() };
    let a = Row::of(vec![Column::new("x", Type::INT).with_contracts(vec![rule])]);
    assert_eq!(nullable(&a).columns[0].contracts.len(), 1);
    assert_eq!(retyped(&a, &Type::Float).columns[0].contracts.len(), 0);
    assert_eq!(retyped(&a, &Type::INT).columns[0].contracts.len(), 0);
    assert_eq!(plus(&a, &row("x: float")).columns[0].contracts.len(), 0);
}

#[test]
fn disjoint_names_the_collisions() {
    assert_eq!(disjoint(&row("a, b"), &row("b, c, a")).unwrap_err(), ["b".into(), "a".into()]);
    insta::assert_snapshot!(disjoint(&row("a"), &row("b: str?")).unwrap(), @"{ a: int, b: str? }");
}

#[test]
fn elements_of_lists_only() {
    insta::assert_snapshot!(elements(&row("a: list str, b: list int?")).unwrap(), @"{ a: str, b: int }");
    assert_eq!(elements(&row("a: list str, b: str")), Err("b".into()));
}

#[test]
fn rename_keeps_places_and_refuses_collisions() {
    let names = |pairs: &[(&str, &str)]| -> Vec<_> { pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect() };
    insta::assert_snapshot!(rename(&row("id a, b"), &names(&[("a", "x")])).unwrap(), @"{ id x: int, b: int }");
    insta::assert_snapshot!(rename(&row("a: str, b"), &names(&[("a", "b"), ("b", "a")])).unwrap(), @"{ b: str, a: int }");
    assert_eq!(rename(&row("a, b"), &names(&[("a", "b")])), Err(vec!["b".into()]));
}

#[test]
fn select_of_an_open_row_has_every_name() {
    assert_eq!(select(&row("a"), &["a".into(), "b".into()]), Err(vec!["b".into()]));
    insta::assert_snapshot!(select(&row("a, .."), &["b".into(), "a".into()]).unwrap(), @"{ b: unknown, a: int }");
}

#[test]
fn common_type_names_the_two_that_differ() {
    assert_eq!(common_type(&row("a: int8, b: float?")), Ok(Type::Float.nullable()));
    assert_eq!(common_type(&row("a: int, b: int, c: str")), Err(("a".into(), "c".into())));
    assert_eq!(common_type(&row("")), Ok(Type::Unknown));
}

#[test]
fn unify_joins_types_and_tells_what_is_missing() {
    let joined = unify(&row("id a: int8, b: str"), &row("b: category?, a")).unwrap();
    insta::assert_snapshot!(joined, @"{ id a: int, b: str? }");
    let mismatches = unify(&row("a, b: str"), &row("b: bool, c")).unwrap_err();
    insta::assert_snapshot!(told(&mismatches), @"missing a; b: bool, not str; extra c");
    insta::assert_snapshot!(unify(&row("a"), &row("b, ..")).unwrap_err().len(), @"1");
    insta::assert_snapshot!(unify(&row("a, .."), &row("b, ..")).unwrap(), @"{ a: unknown, b: unknown, .. }");
}

#[test]
fn conforms_tells_all_that_differs() {
    let declared = row("id a: int, b: str, c: float, d: float?");
    insta::assert_snapshot!(told(&conforms(&row("a: int8, b: str?, c: str, e"), &declared)),
        @"b: str?, not str (null); c: str, not float; missing d; extra e");
    assert_eq!(conforms(&row("b: str, a, .."), &declared), []);
    assert_eq!(conforms(&row("a, x"), &row("a, ..")), []);
    assert_eq!(has_at_least(&row("a, x"), &row("a")), []);
}

fn told(mismatches: &[Mismatch]) -> String {
    let tell = |mismatch: &Mismatch| match mismatch {
        Mismatch::Missing(column) => format!("missing {}", column.name),
        Mismatch::Extra(column) => format!("extra {}", column.name),
        Mismatch::Type { name, actual, declared } => format!("{name}: {actual}, not {declared}"),
        Mismatch::Null { name, actual, declared } => format!("{name}: {actual}, not {declared} (null)"),
    };
    mismatches.iter().map(tell).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_may_stand_where() {
    let fit = |from: &str, to: &str| assignable(&ty_of(from), &ty_of(to));
    for (from, to, fits) in [
        ("int", "int", Fit::Exact),
        ("int8", "int", Fit::Widen),
        ("int", "int8", Fit::No),
        ("uint64", "int", Fit::No),
        ("int", "float", Fit::Widen),
        ("int8", "float32", Fit::Widen),
        ("int", "float32", Fit::No),
        ("float", "int", Fit::No),
        ("float32", "float", Fit::Widen),
        ("int", "int?", Fit::Widen),
        ("int8?", "float?", Fit::Widen),
        ("int?", "int", Fit::Null),
        ("int?", "str", Fit::No),
        ("null", "str?", Fit::Widen),
        ("null", "str", Fit::Null),
        ("a|b", "str", Fit::Widen),
        ("a|b", "category", Fit::Widen),
        ("a|b", "b|a|c", Fit::Widen),
        ("a|b|c", "a|b", Fit::No),
        ("str", "category", Fit::Widen),
        ("str", "a|b", Fit::No),
        ("category", "a|b", Fit::No),
        ("list int8", "list int", Fit::Widen),
        ("list int?", "list int", Fit::Null),
        ("date", "timestamp", Fit::No),
        ("unknown", "timestamp", Fit::Exact),
    ] {
        assert_eq!(fit(from, to), fits, "{from} where {to} is due");
    }
}

#[test]
fn what_branches_have_in_common() {
    let join = |a: &str, b: &str| common(&ty_of(a), &ty_of(b)).map(|ty| ty.to_string());
    for (a, b, joined) in [
        ("int", "float", Some("float")),
        ("int8", "uint64", None),
        ("int", "null", Some("int?")),
        ("int?", "float", Some("float?")),
        ("float32", "int", Some("float")),
        ("float32", "int8", Some("float32")),
        ("int8", "decimal 4 2", Some("decimal[5, 2]")),
        ("uint64", "decimal 20 0", Some("decimal[20, 0]")),
        ("decimal 20 0", "decimal 4 2", Some("decimal[22, 2]")),
        ("float32", "decimal 4 2", Some("float")),
        ("int", "decimal 38 30", None),
        ("str", "category", Some("str")),
        ("a|b", "str", Some("str")),
        ("a|b", "b", Some("enum[\"a\", \"b\"]")),
        ("a", "b", Some("category")),
        ("date", "timestamp", None),
        ("bool", "int", None),
        ("list int", "list null", Some("list[int?]")),
    ] {
        assert_eq!(join(a, b).as_deref(), joined, "{a} and {b}");
        assert_eq!(join(b, a).as_deref(), joined, "{b} and {a}");
    }
}

#[test]
fn what_can_be_compared() {
    let can = |a: &str, b: &str| comparable(&ty_of(a), &ty_of(b));
    assert!(can("int8", "float?"));
    assert!(can("a|b", "str"));
    assert!(can("null", "date"));
    assert!(!can("date", "timestamp"));
    assert!(!can("str", "int"));
    assert!(!can("bool", "int"));
}

#[test]
fn classes_of_signatures() {
    assert_eq!(satisfies("number", &ty_of("int?")), Some(true));
    assert_eq!(satisfies("discrete", &ty_of("float")), Some(false));
    assert_eq!(satisfies("scalar", &ty_of("list int")), Some(false));
    assert_eq!(satisfies("dated", &ty_of("timestamp")), Some(true));
    assert_eq!(satisfies("numbre", &ty_of("int")), None);
}

fn any_type() -> impl Strategy<Value = Type> {
    let names = [
        "int8",
        "int",
        "uint64",
        "float32",
        "float",
        "decimal 4 2",
        "decimal 20 0",
        "decimal 38 30",
        "str",
        "category",
        "a|b",
        "a",
        "bool",
        "date",
        "timestamp",
    ];
    let plain = proptest::sample::select(names.to_vec()).prop_map(ty_of);
    (plain, any::<bool>(), any::<bool>()).prop_map(|(ty, is_list, is_nullable)| {
        let ty = if is_list { Type::List(Arc::new(ty)) } else { ty };
        if is_nullable { ty.nullable() } else { ty }
    })
}

/// Rows of up to 20 columns (wide ones are hashed, narrow ones searched) with names from a small set.
fn any_row() -> impl Strategy<Value = Row> {
    let names = proptest::sample::subsequence((0..30).collect::<Vec<_>>(), 0..20).prop_shuffle();
    (names, proptest::collection::vec((any_type(), any::<bool>()), 20), any::<bool>()).prop_map(
        |(names, types, open)| {
            let column = |(name, (ty, is_id)): (i32, (Type, bool))| {
                Column::new(format!("c{name}"), ty).with_role(is_id.then_some(Role::Id))
            };
            Row { columns: names.into_iter().zip(types).map(column).collect(), open, ..Row::default() }
        },
    )
}

fn names(row: &Row) -> Vec<&str> {
    column_names(row).collect()
}

proptest! {
    #[test]
    fn plus_has_the_names_of_both_each_once(a in any_row(), b in any_row()) {
        let sum = plus(&a, &b);
        let mut expected = names(&a);
        expected.extend(names(&b).into_iter().filter(|name| a.get(name).is_none()));
        prop_assert_eq!(names(&sum), expected);
        for column in &b.columns {
            prop_assert_eq!(&sum.get(&column.name).unwrap().ty, &column.ty);
        }
        prop_assert_eq!(plus(&sum, &b), sum.clone());
        prop_assert_eq!(plus(&a, &Row::default()), a);
    }

    #[test]
    fn minus_undoes_disjoint(a in any_row(), b in any_row()) {
        let rest = minus(&b, &a);
        let both = disjoint(&a, &rest).unwrap();
        prop_assert_eq!(minus(&both, &rest).columns, a.columns.clone());
        let sum = plus(&a, &b);
        prop_assert_eq!(names(&both), names(&sum));
        prop_assert_eq!(disjoint(&a, &b).is_ok(), b.columns.iter().all(|column| a.get(&column.name).is_none()));
    }

    #[test]
    fn a_row_is_what_it_demands(a in any_row(), b in any_row()) {
        prop_assert_eq!(conforms(&a, &a), vec![]);
        prop_assert_eq!(conforms(&a, &nullable(&a)), vec![]);
        prop_assert_eq!(has_at_least(&plus(&b, &a), &a), vec![]);
        prop_assert_eq!(non_null(&nullable(&a)), non_null(&a));
        prop_assert_eq!(nullable(&nullable(&a)), nullable(&a));
    }

    #[test]
    fn common_is_a_bound_of_both(a in any_type(), b in any_type()) {
        prop_assert_eq!(common(&a, &a), Some(a.clone()));
        prop_assert_eq!(common(&a, &b), common(&b, &a));
        if let Some(joined) = common(&a, &b) {
            prop_assert!(assignable(&a, &joined) <= Fit::Widen, "{} to {}", a, joined);
            prop_assert!(assignable(&b, &joined) <= Fit::Widen, "{} to {}", b, joined);
        }
        if assignable(&a, &b) <= Fit::Widen && assignable(b.non_null(), a.non_null()) > Fit::Widen {
            prop_assert_eq!(common(&a, &b), Some(b));
        }
    }

    #[test]
    fn assignable_goes_on(a in any_type(), b in any_type(), c in any_type()) {
        if assignable(&a, &b) <= Fit::Widen && assignable(&b, &c) <= Fit::Widen {
            prop_assert!(assignable(&a, &c) <= Fit::Widen, "{} to {} to {}", a, b, c);
        }
    }

    #[test]
    fn unify_gives_what_both_conform_to(a in any_row(), b in any_row()) {
        let (a, b) = (Row { open: false, ..a }, Row { open: false, ..b });
        match unify(&a, &b) {
            Ok(joined) => {
                prop_assert_eq!(conforms(&a, &joined), vec![]);
                prop_assert_eq!(conforms(&b, &joined), vec![]);
            }
            Err(mismatches) => prop_assert!(!mismatches.is_empty()),
        }
        prop_assert_eq!(unify(&a, &a).map(|row| names(&row).len()), Ok(a.columns.len()));
    }
}

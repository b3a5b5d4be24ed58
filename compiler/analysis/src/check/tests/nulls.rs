//! Nulls.

use super::{check, told, type_of, wrong};

#[test]
fn a_condition_is_true_or_false() {
    assert_eq!(wrong("filter(.xn > 0)"), ["nullable-condition `.xn > 0`"]);
    assert!(told("filter(.xn > 0)").ends_with("say what null counts as: `(.xn > 0) ?? false`"));
    assert_eq!(wrong("filter((.xn > 0) ?? false)"), Vec::<String>::new());
    assert_eq!(wrong("filter(.xn is not null and .xn > 0)"), Vec::<String>::new());
    assert_eq!(wrong("group { a = any(.xn > 0) }"), ["nullable-condition `.xn > 0`"]);
    assert_eq!(wrong("group { a = count(where: .xn > 0) }"), Vec::<String>::new());
}

#[test]
fn needless_care_is_told() {
    assert_eq!(wrong("derive { y = .n ?? 0 }"), ["needless-default `0`"]);
    assert_eq!(wrong("filter(.n is not null)"), ["needless-null-check `.n is not null`"]);
    assert_eq!(type_of(".xn ?? 0"), "float");
    assert_eq!(type_of(".xn ?? null"), "float?");
    assert_eq!(wrong("derive { y = .xn ?? \"a\" }"), ["branches-differ `\"a\"`"]);
}

#[test]
fn a_declared_column_that_cannot_be_null() {
    let program = "node f(t: table[T]) -> table { user: str, y: float } { t |> select { user = .user, y = .xn } }";
    assert_eq!(check(program).codes(), ["null-not-allowed `t |> select { user = .user, y = .xn }`"]);
    let program = "param a: int = null";
    assert_eq!(check(program).codes(), ["null-not-allowed `null`"]);
}

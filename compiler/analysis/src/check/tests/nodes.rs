//! Nodes: declared results, arguments, rows that pass through.

use super::check;

#[test]
fn a_result_that_differs_from_what_is_declared() {
    let result =
        |declared: &str, steps: &str| check(&format!("node f(t: table[T]) -> {declared} {{ t |> {steps} }}")).told();
    assert_eq!(result("table { n: int, user: str }", "select([.user, .n])"), "", "another order is no fault");
    assert!(result("table { user: str, m: int }", "select([.user, .n])").starts_with("result-lacks-column"));
    assert!(
        result("table { user: str, num: int }", "select { user = .user, nun = .n }")
            .contains("`|> rename { num = .nun }`")
    );
    assert!(result("table { user: str }", "select([.user, .n])").contains("|> drop([.n])"));
    assert!(result("table { user: int }", "select([.user])").starts_with("result-column-type"));
    assert_eq!(result("table { user: str, .. }", "select([.user, .n])"), "");
    assert_eq!(result("table { x: float }", "select { x = .n }"), "");
}

#[test]
fn a_declared_row_may_have_more_at_the_call() {
    let program = "node g(t: table { user: str, n: int }) -> table { t |> derive { m = .n } }\nnode f(t: table[T]) -> table { g(t) }";
    let checked = check(program);
    assert_eq!(checked.told(), "");
    assert_eq!(checked.program.nodes[1].result.to_string(), "table { user: str, n: int, m: int }");
    let program = "node g(t: table { user: str, m: int }) -> table { t }\nnode f(t: table[T]) -> table { g(t) }";
    assert_eq!(check(program).codes(), ["unknown-column `t`"]);
}

#[test]
fn what_is_behind_dots_passes_through() {
    let program = "node g(t: table { n: int, .. }) -> table { t |> derive { m = .n } }\nnode f(t: table[U]) -> table { t |> derive { n = 1 } |> g() |> select([.score, .m]) }";
    let checked = check(program);
    assert_eq!(checked.told(), "");
    assert_eq!(checked.program.nodes[1].result.to_string(), "table { score: float, m: int }");
}

#[test]
fn nodes_do_not_see_the_catalog() {
    let checked = check("node f(n: int) -> table { u |> take(n) }");
    assert_eq!(checked.codes(), ["dataset-in-node `u`"]);
    assert!(
        checked.told().contains("node f(u: table U, ..)") || checked.told().contains("node f(u: "),
        "{}",
        checked.told()
    );
}

#[test]
fn nodes_do_not_call_themselves() {
    let checked = check("node f(t: table[T]) -> table { g(t) }\nnode g(t: table[T]) -> table { f(t) }");
    assert_eq!(checked.codes().len(), 1, "{:?}", checked.codes());
    assert!(checked.codes()[0].starts_with("definition-cycle"));
}

#[test]
fn arguments_of_nodes() {
    let node = "node g(t: table[U], n: int) -> table[U] { t |> take(n) }\n";
    let of = |expr: &str| check(&format!("{node}node f(u: table[U]) -> table {{ {expr} }}")).codes();
    assert_eq!(of("g(u, 3)"), Vec::<String>::new());
    assert_eq!(of("u |> g(n: 3)"), Vec::<String>::new());
    assert_eq!(of("g(u)"), ["missing-argument `g(u)`"]);
    assert_eq!(of("g(u, count(u))"), ["constant-needed `count(u)`"]);
    assert_eq!(of("g(u, \"a\")"), ["type-mismatch `\"a\"`"]);
    assert_eq!(of("g(3, 3)"), ["type-mismatch `3`"]);
    assert_eq!(of("u |> filter(g(u, 1))"), ["constant-needed `g(u, 1)`"]);
}

#[test]
fn foreign_nodes() {
    assert_eq!(check("node m(o: table[U]) -> table[U] = python(\"a.py\", \"f\")").told(), "");
    let checked = check("node m(o: table[U]) -> table[U] = python(\"a.py\", function: \"f\")");
    assert!(
        matches!(&checked.program.nodes[0].body, crate::typed::TypedNodeBody::Foreign { settings, .. } if settings.len() == 2)
    );
}

#[test]
fn one_broken_node_does_not_hide_another() {
    let program = "node f(t: table[T]) -> table { t |> filter(.a) }\nnode g(t: table[T]) -> table { t |> filter(.b) }\nnode h(t: table[T]) -> table { f(t) |> filter(.user == \"a\") }";
    assert_eq!(check(program).codes(), ["unknown-column `.a`", "unknown-column `.b`"]);
}

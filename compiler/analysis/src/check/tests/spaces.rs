//! Constants, rows, windows and groups.

use super::{check, told, wrong};

#[test]
fn a_group_wants_aggregates() {
    assert_eq!(wrong("group(by: [.user]) { y = .n }"), ["aggregate-needed `.n`"]);
    assert!(told("group(by: [.user]) { y = .n }").contains("`sum(.n)`"));
    assert_eq!(wrong("group(by: [.user]) { y = sum(.n) / .n }"), ["aggregate-needed `.n`"]);
    assert_eq!(wrong("group(by: [.user]) { y = lag(.n) }"), ["aggregate-needed `lag(.n)`"]);
    assert_eq!(wrong("group(by: [.user]) { y = mean(lag(.n) ?? 0) }"), ["order-needed `lag(.n)`"]);
    assert_eq!(wrong("group(by: [.user]) { y = sum(max(.n)) }"), ["nested-aggregate `max`"]);
    assert_eq!(wrong("pivot(rows: [.user], on: .kind, value: .n)"), ["aggregate-needed `.n`"]);
    assert_eq!(wrong("group(by: [.user]) { y = sum(.typo) }"), ["unknown-column `.typo`"]);
}

#[test]
fn a_row_wants_values_of_its_own() {
    assert_eq!(wrong("filter(.n > mean(.n))"), ["row-expression-needed `mean(.n)`"]);
    assert!(told("filter(.n > mean(.n))").contains("|> derive(over: [.key]) { mean_of_key = mean(.n) } |> filter(..)"));
    assert_eq!(wrong("filter(.n > lag(.n))"), ["row-expression-needed `lag(.n)`"]);
    assert_eq!(wrong("select { y = sum(.n) }"), ["row-expression-needed `sum(.n)`"]);
    assert_eq!(wrong("filter(.items.any_item(.value > max(.value)))"), ["row-expression-needed `max(.value)`"]);
}

#[test]
fn windows_want_an_order() {
    assert_eq!(wrong("derive(over: [.user]) { y = lag(.n) }"), ["order-needed `lag(.n)`"]);
    assert_eq!(wrong("derive { y = row_number() }"), ["order-needed `row_number()`"]);
    assert_eq!(wrong("derive(over: [.user], rows: before) { y = count() }"), ["order-needed `before`"]);
    assert_eq!(wrong("derive(over: [.user]) { y = mean(.n, last: 7d) }"), ["order-needed `7d`"]);
    assert_eq!(wrong("derive(over: [.user], order: [.n]) { y = mean(.n, last: 7d) }"), ["window-order-type `7d`"]);
    assert_eq!(wrong("group(by: [.user]) { y = mean(.n, last: 7d) }"), ["order-needed `7d`"]);
    assert_eq!(wrong("derive(over: [.user], order: [.at], rows: befor) { y = count() }"), ["unknown-choice `befor`"]);
}

#[test]
fn constants_are_known_before_the_run() {
    assert_eq!(wrong("take(.n)"), ["column-outside-row `.n`"]);
    assert_eq!(wrong("take(count(t))"), ["constant-needed `count(t)`"]);
    assert_eq!(wrong("filter(.n > count(u))"), ["constant-needed `count(u)`"]);
    let program = "node f(t: table[T]) -> table { let most = count(t) t |> take(most) }";
    assert_eq!(check(program).codes(), ["constant-needed `most`"]);
}

#[test]
fn single_values_of_the_run_stand_in_rows() {
    let of = |value: &str, step: &str| {
        check(&format!("node f(t: table[T], u: table[T]) -> table {{ let v = {value} t |> {step} }}"))
    };
    assert_eq!(of("count(u)", "filter(.n < v)").told(), "");
    assert_eq!(of("first(u)", "derive { y = .n - v.n, s = f\"{v.s} {.s}\" }").told(), "");
    assert_eq!(of("count(u)", "group(by: [.user]) { y = count(where: .n > v), z = v }").told(), "");
    assert_eq!(of("first(u).s", "filter(.s.matches(v))").codes(), ["constant-needed `v`"]);
    assert_eq!(of("u", "filter(.n < v)").codes(), ["constant-needed `v`"]);
    assert!(of("count(u)", "derive { y = .n / v }").program.nodes[0].result.to_string().contains("y: float"));
}

#[test]
fn no_row_at_hand() {
    let program = "node f(t: table[T]) -> table { let a = .n t }";
    assert_eq!(check(program).codes(), ["column-outside-row `.n`"]);
    let program = "node f(t: table[T], most: int) -> table { let a = .most t |> take(a) }";
    assert!(check(program).told().contains("leave out the dot"));
    let program = "node f(t: table[T]) -> table { let a = sum(3) t |> take(a) }";
    assert_eq!(check(program).codes(), ["row-expression-needed `sum`"]);
}

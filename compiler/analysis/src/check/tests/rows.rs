//! The rows that operators give.

use super::{check, row_of, told, wrong};

#[test]
fn filter_keeps_the_row_and_narrows_it() {
    assert!(row_of("filter(.xn is not null and .n > 0) |> select([.xn])").ends_with("{ xn: float }"));
    assert!(row_of("filter(.n > 0) |> select([.xn])").ends_with("{ xn: float? }"));
    assert!(row_of("filter(.web.of?.city is not null) |> select { c = .web.of.city }").ends_with("{ c: str }"));
}

#[test]
fn derive_adds_and_replaces_in_place() {
    let row = row_of("select([.user, .n, .x]) |> derive { n = .x, y = .n + 1 }");
    assert_eq!(row, "table { id user: str, n: float, x: float, y: int }");
    assert_eq!(row_of("select([.user]) |> derive { user = .user.lower() }"), "table { id user: str }");
}

#[test]
fn derive_over_windows() {
    let row = row_of(
        "select([.user, .at, .n]) |> derive(over: [.user], order: [.at], rows: before) { c = count(), s = sum(.n), m = max(.n), l = lag(.n) }",
    );
    assert_eq!(row, "table { id user: str, time at: timestamp, n: int, c: int, s: int, m: int?, l: int? }");
    let row = row_of(
        "select([.user, .at, .n]) |> derive(over: [.user], order: [.at]) { m = mean(.n, last: 7d), r = rank() }",
    );
    assert!(row.ends_with("m: float, r: int }"), "{row}");
    assert!(row_of("select([.x]) |> derive { band = .x.quantile_bin(5) }").ends_with("{ x: float, band: int }"));
    assert!(row_of("select([.x]) |> derive { share = .x / sum(.x) }").ends_with("{ x: float, share: float }"));
}

#[test]
fn select_drop_rename() {
    assert_eq!(row_of("select { a = .n, b = .user }"), "table { a: int, id b: str }");
    assert_eq!(row_of("select([.web.name, .n])"), "table { name: str, n: int }");
    assert_eq!(row_of("select([.n, .x, .s]) |> drop([.x])"), "table { n: int, s: str }");
    assert_eq!(row_of("select([.user, .n]) |> rename { who = .user }"), "table { id who: str, n: int }");
}

#[test]
fn group_gives_keys_and_aggregates() {
    assert_eq!(
        row_of(
            "group(by: [.user]) { n = count(), m = mean(.x), mn = mean(.xn), f = first(.sn, by: .at), w = max(.n, where: .flag) }"
        ),
        "table { id user: str, n: int, m: float, mn: float?, f: str?, w: int? }"
    );
    assert_eq!(
        row_of("group(by: { who = .user }) { twice = 2 * count(), who_again = .who }"),
        "table { id who: str, twice: int, who_again: str }"
    );
    assert_eq!(
        row_of("group { days = distinct_count(.day), all = all(.flag), l = collect(.sn) }"),
        "table { days: int, all: bool, l: list[str] }"
    );
    assert_eq!(
        row_of("group { since = days_between(min(.at), dataset_max(.at)), gaps = mean(gap(.at)) }"),
        "table { since: float?, gaps: duration? }"
    );
}

#[test]
fn joins() {
    let base = "select([.user, .n]) |> ";
    assert_eq!(
        row_of(&format!("{base}join(u, on: [.user])")),
        "table { id user: str, n: int, at: timestamp, score: float }"
    );
    assert_eq!(
        row_of(&format!("{base}join(u, on: [.user], how: left, expect: many_to_one)")),
        "table { id user: str, n: int, at: timestamp?, score: float? }"
    );
    assert_eq!(
        row_of(&format!("{base}join(u, on: [.user], how: full)")),
        "table { id user: str, n: int?, at: timestamp?, score: float? }"
    );
    assert_eq!(row_of(&format!("{base}join(u, on: [.user], how: anti)")), "table { id user: str, n: int }");
    assert_eq!(
        row_of("select([.n]) |> join(u |> drop([.at]), how: cross)"),
        "table { n: int, id user: str, score: float }"
    );
    assert_eq!(
        row_of("select([.user, .at]) |> join(u, at: [.at], on: [.user], how: asof, within: 7d)"),
        "table { id user: str, time at: timestamp, score: float? }"
    );
}

#[test]
fn joins_that_do_not_fit() {
    assert_eq!(wrong("select([.user, .at]) |> join(u, on: [.user])"), ["column-collision `join(u, on: [.user])`"]);
    assert_eq!(wrong("select([.user, .n]) |> join(u, on: [.usr])"), ["unknown-column `usr`"]);
    assert_eq!(wrong("select { user = .n } |> join(u, on: [.user])"), ["join-key-types `user`"]);
    assert_eq!(wrong("select([.user, .n]) |> join(u, on: [.user], how: lefty)"), ["unknown-choice `lefty`"]);
    assert_eq!(
        wrong("select([.user, .n]) |> join(u, on: [.user], how: left, expect: many_to_on)"),
        ["unknown-choice `many_to_on`"]
    );
}

#[test]
fn a_join_that_lacks_its_keys() {
    assert_eq!(wrong("select([.user]) |> join(u, how: left)"), ["missing-argument `join(u, how: left)`"]);
    assert_eq!(wrong("select([.n]) |> join(u, how: outer)"), ["unknown-choice `outer`"]);
}

#[test]
fn unions() {
    assert_eq!(row_of("select([.n]) |> union(t |> select { n = .x })"), "table { n: float }");
    let checked =
        check("node f(t: table[T]) -> table { union([t |> select([.xn]), t |> select { xn = .n }]) |> distinct() }");
    assert_eq!(checked.told(), "");
    assert_eq!(checked.program.nodes[0].result.to_string(), "table { xn: float? }");
    assert_eq!(wrong("select([.n]) |> union(u)"), ["union-rows-differ `u`"]);
}

#[test]
fn rows_that_stay() {
    for steps in [
        "distinct()",
        "sort(.n)",
        "sort([.s, desc(.n)])",
        "take(3)",
        "take_last(5, per: [.user], by: .at)",
        "top(3, by: .x)",
        "sample(10, seed: 1)",
        "sample(fraction: 0.1, seed: 1)",
        "last(7d, by: .at)",
        "last(null, by: .day)",
        "fill([.sn], direction: forward, order: .at)",
    ] {
        assert_eq!(row_of(steps), "table T", "{steps}");
    }
}

#[test]
fn long_and_wide() {
    assert_eq!(row_of("select([.user, .tags]) |> explode(.tags)"), "table { id user: str, tags: str }");
    assert_eq!(row_of("pivot(rows: [.user], on: .kind, value: sum(.n))"), "table { id user: str, a: int?, b: int? }");
    assert_eq!(row_of("pivot(rows: [.user], on: .s, value: sum(.n))"), "table { id user: str, .. }");
    assert_eq!(
        row_of("select([.user, .n, .x]) |> unpivot([.n, .x], value: \"amount\")"),
        "table { id user: str, name: str, amount: float }"
    );
    assert_eq!(wrong("unpivot([.n, .s])"), ["type-mismatch `unpivot([.n, .s])`"]);
    assert_eq!(wrong("explode(.n)"), ["type-mismatch `explode(.n)`"]);
}

#[test]
fn fill_takes_off_the_null() {
    assert_eq!(row_of("select([.xn, .sn]) |> fill([.xn], 0)"), "table { xn: float, sn: str? }");
    assert_eq!(wrong("fill([.xn], \"none\")"), ["type-mismatch `\"none\"`"]);
}

#[test]
fn conform_gives_the_schema() {
    assert_eq!(row_of("pivot(rows: [.user], on: .s, value: sum(.n)) |> conform(U)"), "table U");
    assert_eq!(wrong("conform(Unknown)").len(), 1);
}

#[test]
fn unknown_columns_are_said_once() {
    assert_eq!(
        wrong("filter(.usr == \"a\") |> select([.user]) |> derive { a = .userr }"),
        ["unknown-column `.usr`", "unknown-column `.userr`"]
    );
    assert_eq!(wrong("select([.typo]) |> filter(.typo > 3) |> derive { y = .typo + 1 }"), ["unknown-column `.typo`"]);
    assert_eq!(
        told("filter(.usr == \"a\")"),
        "unknown-column `.usr`: the row at hand has no column `usr` | did you mean `.user`? there are .user, .at, .day, .n, .x, .xn, .s, .sn, .flag, .maybe, .kind, .cat and 5 more"
    );
}

#[test]
fn columns_twice() {
    assert_eq!(wrong("select([.n, .n])"), ["duplicate-column `.n`"]);
    assert_eq!(wrong("derive { a = 1, a = 2 }"), ["duplicate-column `a`"]);
    assert_eq!(
        wrong("group(by: [.user]) { user = count() }"),
        ["column-collision `group(by: [.user]) { user = count() }`"]
    );
    assert_eq!(wrong("rename { n = .x }"), ["duplicate-column `rename { n = .x }`"]);
}

#[test]
fn keys_and_orders_have_types() {
    assert_eq!(wrong("group(by: [.tags]) { n = count() }"), ["cannot-be-key `.tags`"]);
    assert_eq!(wrong("sort(.web)"), ["no-order-of-type `.web`"]);
    assert_eq!(wrong("sort(3)"), ["type-mismatch `3`"]);
    assert_eq!(wrong("drop([.n + 1])"), ["type-mismatch `.n + 1`"]);
    assert_eq!(wrong("drop([n])"), ["unknown-name `n`"]);
    assert_eq!(wrong("select([.n + 1])"), ["column-needs-name `.n + 1`"]);
    assert_eq!(wrong("select { a = null }"), ["cannot-infer-type `null`"]);
    assert_eq!(wrong("select([.n]) |> drop([.n])"), ["no-columns-left `drop([.n])`"]);
}

//! What can be done with a column, and what must come of it.
//!
//! The table `input` has three rows with the values `v`: the low one, the high one, and the low one again; of `w` the first is null.

/// Something to do with a column: its name, and a condition that holds of what comes of it. `WRITTEN` is the low value as a program
/// writes it.
pub struct Case {
    pub name: &'static str,
    pub holds: &'static str,
}

const fn case(name: &'static str, holds: &'static str) -> Case {
    Case { name, holds }
}

/// An aggregate over all rows, put beside the rows again: how many have its value, in `WHERE`.
macro_rules! grouped {
    ($aggregate:literal, $condition:literal, $rows:literal) => {
        concat!(
            "count(input |> derive { one = 1 } |> group(by: [.one]) { x = ",
            $aggregate,
            " } |> join(input |> derive { one = 1 }, on: [.one], expect: one_to_many) |> filter(",
            $condition,
            ")) == ",
            $rows
        )
    };
}

/// The same as a window over all rows.
macro_rules! windowed {
    ($column:literal, $condition:literal, $rows:literal) => {
        concat!("count(input |> derive(order: [.at]) { x = ", $column, " } |> filter(", $condition, ")) == ", $rows)
    };
}

/// An expression over each row.
macro_rules! each_row {
    ($condition:literal, $rows:literal) => {
        concat!("count(input |> filter(", $condition, ")) == ", $rows)
    };
}

/// A column made of each row.
macro_rules! made {
    ($column:literal, $condition:literal, $rows:literal) => {
        concat!("count(input |> derive { x = ", $column, " } |> filter(", $condition, ")) == ", $rows)
    };
}

/// All of them.
pub const CASES: &[Case] = &[
    case("==", each_row!(".v == .v", "3")),
    case("!=", each_row!(".v != .v", "0")),
    case("<", "count(input |> join(input |> select { other = .v }, how: cross) |> filter(.v < .other)) == 2"),
    case(">=", "count(input |> join(input |> select { other = .v }, how: cross) |> filter(.v >= .other)) == 7"),
    case("in list", each_row!(".v in [.v]", "3")),
    case("in what is written", each_row!(".v in [WRITTEN]", "2")),
    case("== what is written", each_row!(".v == WRITTEN", "2")),
    case("is null", each_row!(".w is null", "1")),
    case("??", made!(".w ?? .v", ".x == .v", "3")),
    case("if", made!("if .n > 1 then .v else .w", ".x is null", "1")),
    case("match", made!("match .v { WRITTEN => 1, _ => 2 }", ".x == 1", "2")),
    case("+", made!(".v + .v", ".x != .v", "3")),
    case("-", made!(".v - .v", ".x != .v", "3")),
    case("*", made!(".v * .n", ".x == .v", "1")),
    case("* itself", made!("(.v - .v) * .v", ".x == .v - .v", "3")),
    case("/", made!(".v / .v", ".x > 0.99 and .x < 1.01", "3")),
    case("//", made!(".v // .v", ".x == 1 ?? false", "3")),
    case("%", made!(".v % .v", ".x == .v - .v ?? false", "3")),
    case("**", made!(".v ** 0", ".x == 1.0", "3")),
    case("- before it", made!("-.v", "-.x == .v", "3")),
    case("not", made!("not .v", ".x != .v", "3")),
    case("and", made!(".v and .v", ".x == .v", "3")),
    case("f-string", made!("f\"{.v}\"", ".x != \"\"", "3")),
    case("select", "count(input |> select { x = .v } |> filter(.x == .x)) == 3"),
    case("drop", "count(input |> drop([.v])) == 3"),
    case("rename", "count(input |> rename { x = .v } |> filter(.x == .x)) == 3"),
    case("group by", "count(input |> group(by: [.v]) { rows = count() } |> filter(.rows == 2)) == 1"),
    case("group by two", "count(input |> group(by: [.v, .n]) { rows = count() }) == 3"),
    case("group by null", "count(input |> group(by: [.w]) { rows = count() }) == 3"),
    case("group: min", grouped!("min(.v)", ".x == .v", "2")),
    case("group: max", grouped!("max(.v)", ".x == .v", "1")),
    case("group: min of nulls", grouped!("min(.w)", "(.x == .v) ?? false", "2")),
    case("group: sum", grouped!("sum(.v)", ".x >= .v", "3")),
    case("group: mean", grouped!("mean(.v)", ".x > .v", "2")),
    case("group: median", grouped!("median(.v)", ".x <= .v", "3")),
    case("group: quantile", grouped!("quantile(.v, q: 0.0)", ".x <= .v", "3")),
    case("group: std", grouped!("std(.v)", "(.x >= 0.0) ?? false", "3")),
    case("group: variance", grouped!("variance(.v)", "(.x >= 0.0) ?? false", "3")),
    case("group: first", grouped!("first(.v)", ".x == .v", "2")),
    case("group: first by it", grouped!("first(.n, by: .v)", ".x == .n", "1")),
    case("group: last by it", grouped!("last(.key, by: .v)", ".x == \"high\"", "3")),
    case("group: mode", grouped!("mode(.v)", ".x == .v", "2")),
    case("group: any", grouped!("any(.v)", ".x == .v", "1")),
    case("group: all", grouped!("all(.v)", ".x == .v", "2")),
    case("group: count_values", grouped!("count_values(.w)", ".x == 2", "3")),
    case("group: distinct_count", grouped!("distinct_count(.v)", ".x == 2", "3")),
    case("group: collect", grouped!("collect(.v)", ".x.length() == 3", "3")),
    case("dataset_min", made!("dataset_min(.v)", ".x == .v", "2")),
    case("dataset_max", made!("dataset_max(.v)", ".x == .v", "1")),
    case("window: min", windowed!("min(.v)", ".x == .v", "2")),
    case("window: max", windowed!("max(.v)", ".x == .v", "2")),
    case("window: sum", windowed!("sum(.v)", ".x >= .v", "3")),
    case("window: mean", windowed!("mean(.v)", ".x >= .v", "2")),
    case("window: last days", windowed!("max(.v, last: 1d)", ".x == .v", "3")),
    case("window: lag", windowed!("lag(.v)", ".x is null", "1")),
    case("window: lead", windowed!("lead(.v)", ".x is null", "1")),
    case("window: difference", windowed!("difference(.v)", ".x is not null", "2")),
    case("window: gap", windowed!("gap(.v)", ".x is null", "1")),
    case("window: last_known", windowed!("last_known(.w)", ".x is null", "1")),
    case("window: quantile_bin", windowed!("quantile_bin(.v, n: 2)", ".x == 1", "1")),
    case(
        "window: over it",
        "count(input |> derive(over: [.v], order: [.at]) { x = row_number() } |> filter(.x == 2)) == 1",
    ),
    case(
        "window: order by it",
        "first(input |> derive(order: [.v]) { x = row_number() } |> filter(.x == 3)).key == \"high\"",
    ),
    case("window: rank", "first(input |> derive(order: [desc(.v)]) { x = rank() } |> filter(.x == 1)).key == \"high\""),
    case("join", "count(input |> join(input |> select { v = .v, other = .n }, on: [.v], expect: many_to_many)) == 5"),
    case(
        "join left",
        "count(input |> join(input |> select { w = .w, other = .n }, on: [.w], how: left, expect: one_to_one)) == 3",
    ),
    case(
        "join full",
        "count(input |> join(input |> select { w = .w, other = .n }, on: [.w], how: full, expect: one_to_one)) == 4",
    ),
    case("join semi", "count(input |> join(input |> filter(.n == 2), on: [.v], how: semi)) == 1"),
    case("join anti", "count(input |> join(input |> filter(.n == 2), on: [.v], how: anti)) == 2"),
    case(
        "join by two",
        "count(input |> join(input |> select { v = .v, n = .n }, on: [.v, .n], expect: one_to_one)) == 3",
    ),
    case(
        "join asof at",
        "count(input |> join(input |> select { v = .v, other = .n }, at: .v, how: asof) |> filter(.other is not null)) == 3",
    ),
    case(
        "join asof on",
        "count(input |> join(input |> select { v = .v, at = .at, other = .n }, on: [.v], at: .at, how: asof)) == 3",
    ),
    case("union", "count(union(input, input)) == 6"),
    case("distinct", "count(input |> distinct([.v])) == 2"),
    case("distinct rows", "count(union(input, input) |> distinct()) == 3"),
    case("distinct with null", "count(input |> distinct([.w])) == 3"),
    case("sort", "first(input |> sort([.v, .at])).key == \"low\""),
    case("sort desc", "first(input |> sort(desc(.v))).key == \"high\""),
    case("sort with null", "first(input |> sort([.w])).key == \"low again\""),
    case("take per", "count(input |> take(1, per: [.v])) == 2"),
    case("take_last by", "first(input |> take_last(1, by: .v)).key == \"high\""),
    case("top", "first(input |> top(1, by: .v)).key == \"high\""),
    case("top per", "count(input |> top(1, by: .n, per: [.v])) == 2"),
    case("sample", "count(input |> sample(n: 2, seed: 1)) == 2"),
    case("last", "count(input |> last(30min, by: .v)) == 1"),
    case("explode", "count(input |> explode([.v])) == 5"),
    case("pivot on", "count(input |> pivot(rows: [.key], on: [.v], value: count())) == 3"),
    case("pivot rows", "count(input |> pivot(rows: [.v], on: [.part], value: count())) == 2"),
    case(
        "pivot value",
        "count(input |> pivot(rows: [.key], on: [.part], value: first(.v)) |> filter(.q is null)) == 2",
    ),
    case(
        "pivot value min",
        "count(input |> pivot(rows: [.key], on: [.part], value: min(.v)) |> filter(.q is null)) == 2",
    ),
    case("unpivot", "count(input |> unpivot([.v, .w]) |> filter(.value is null)) == 1"),
    case("fill", "count(input |> fill([.w], direction: backward, order: [.at]) |> filter(.w is null)) == 0"),
    case("fill what is written", "count(input |> fill([.w], WRITTEN) |> filter(.w == WRITTEN)) == 2"),
    case("conform", "count(input |> conform(Row)) == 3"),
    case("abs", made!("abs(.v)", ".x == .v", "3")),
    case("sign", made!("sign(.v)", ".x == 1", "3")),
    case("round", made!("round(.v, 4)", ".x > 0.0", "3")),
    case("floor", made!("floor(.v)", ".x >= 0.0", "3")),
    case("sqrt", made!("sqrt(.v)", ".x > 0.0", "3")),
    case("as_float", made!("as_float(.v)", ".x > 0.0", "3")),
    case("as_decimal", made!("as_decimal(.v / .v, 5, 2)", ".x == 1", "3")),
    case("to_whole", made!("to_whole(.v / .v)", "(.x == 1) ?? false", "3")),
    case("is_finite", each_row!("is_finite(.v)", "3")),
    case("clip", made!("clip(.v, .v, .v)", ".x == .v", "3")),
    case("least", made!("least(.v, .w ?? .v)", ".x == .v", "3")),
    case("greatest", made!("greatest(.v, .w ?? .v)", ".x == .v", "3")),
    case("list of it", "count(input |> derive { x = [.v, .v] } |> explode([.x]) |> filter(.x == .v)) == 6"),
    case("list: contains", each_row!("[.v].contains(.v)", "3")),
    case("list: at", made!("[.v].at(0)", "(.x == .v) ?? false", "3")),
    case("list: unique_items", made!("[.v, .v].unique_items()", ".x.length() == 1", "3")),
    case("list: sum_items", made!("[.v - .v, .v].sum_items()", ".x == .v", "3")),
    case("list: mean_items", made!("[.v, .v].mean_items()", "(.x > 0.0) ?? false", "3")),
    case("list: min_items", made!("[.v, .v].min_items()", "(.x == .v) ?? false", "3")),
    case("list: max_items", made!("[.v, .v].max_items()", "(.x == .v) ?? false", "3")),
    case("list: sort_items", made!("[.v, .v].sort_items()", ".x.length() == 2", "3")),
    case("list: find", made!("[.v].find(.item == .item)", "(.x == .v) ?? false", "3")),
    case("list: each", made!("[.v].each(.item)", ".x.length() == 1", "3")),
    case("struct of it", made!("{ inner: .v }", ".x.inner == .v", "3")),
];

## Tables: rows in, rows out. Every operator takes the table first, so that it can stand behind `|>`.
## Row order is part of a table's meaning: each operator says which order its result has, and gives it for any number of threads.

type join_cardinality = enum["one_to_one", "one_to_many", "many_to_one", "many_to_many"]

## Keep the rows for which `condition` holds, in their order.
##
## ```gml
## test "filter" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect count(sales |> filter(.price > 1)) == 2
## }
## ```
operator filter[R](input: table[R], condition: row[R] -> bool) -> table[R]

## Add columns, or replace those of the same name, each computed from its row.
##
## ```gml
## test "derive" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> derive { double = .price * 2 }).double == 4
##     expect first(sales |> derive(over: [.who]) { share = .price / sum(.price) }).share < 1.0
## }
## ```
operator derive[R, N](input: table[R], columns: columns[R -> N]) -> table[R + N]

## Add columns computed over windows: aggregates and window functions see the rows with the same `over` columns. With
## `order`, `rows` tells which of them: `current` (those up to this row), `before` (those before it) or `all`. Rows that are
## equal by `order` follow each other as they do in the table; nulls come last. Without `order`, aggregates see all of them,
## and there are no functions that look along an order, as `lag` and `rank` do. The rows themselves stay where they are.
operator derive[R, K, N](
    input: table[R],
    over: keys[R -> K] = none,
    order: order[R] = none,
    rows: enum["current", "before", "all"] = current,
    columns: windows[R -> N],
) -> table[R + N]

## Keep these columns, in this order; `{ new = .old }` also computes and renames.
##
## ```gml
## test "select" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> select { cents = .price * 100 }).cents == 200
## }
## ```
operator select[R, N](input: table[R], columns: columns[R -> N]) -> table[N]

## Leave columns out.
##
## ```gml
## test "drop" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> drop([.who])).price == 2
## }
## ```
operator drop[R, K](input: table[R], columns: keys[R -> K]) -> table[R - K]

## Give columns other names: `rename { new = .old }`. The columns keep their places.
##
## ```gml
## test "rename" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> rename { customer = .who }).customer == "a"
## }
## ```
operator rename[R, K, N](input: table[R], columns: renames[R -> K, N]) -> table[rename[R, K, N]]

## One row for each combination of `by`, in order of first appearance, with aggregates of its rows. Null is a value of a
## key like others.
##
## ```gml
## test "group" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> group(by: [.who]) { spent = sum(.price) }).spent == 3
##     expect first(sales |> group { sales = count() }).sales == 3
## }
## ```
operator group[R, K, A](input: table[R], by: columns[R -> K], aggregates: aggregates[R -> A]) -> table[K | A]

## One row of aggregates over all rows.
operator group[R, A](input: table[R], aggregates: aggregates[R -> A]) -> table[A]

## Rows of both tables that agree in the columns of `on`: left rows keep their order, and so do the right rows of each. As
## in SQL a null key agrees with nothing, not even with null. `expect` is verified when it runs: `many_to_one` says that no
## key is twice in the right table, `one_to_many` not in the left one, `one_to_one` in neither.
##
## ```gml
## test "join" {
##     let sales = table { who: str, price: float } [{ who: "a", price: 2.0 }]
##     let people = table { who: str, age: int } [{ who: "a", age: 30 }]
##     expect first(sales |> join(people, on: [.who], how: left, expect: many_to_one)).age == 30
## }
## ```
operator join[L, R, K](
    input: table[L],
    other: table[R],
    on: keys[L & R -> K],
    how: enum["inner"] = inner,
    expect: join_cardinality? = null,
) -> table[L | (R - K)]

## All rows of the left table, with what the right one has for them, else null.
operator join[L, R, K](
    input: table[L],
    other: table[R],
    on: keys[L & R -> K],
    how: enum["left"],
    expect: join_cardinality? = null,
) -> table[L | nullable[R - K]]

## All rows of both tables: first as `left` gives them, then the right rows that found no left one. The keys come first.
operator join[L, R, K](
    input: table[L],
    other: table[R],
    on: keys[L & R -> K],
    how: enum["full"],
    expect: join_cardinality? = null,
) -> table[K + nullable[L - K] | nullable[R - K]]

## The left rows that have (`semi`) or do not have (`anti`) a right row.
operator join[L, R, K](input: table[L], other: table[R], on: keys[L & R -> K], how: enum["semi", "anti"]) -> table[L]

## Every left row with every right row.
operator join[L, R](input: table[L], other: table[R], how: enum["cross"]) -> table[L | R]

## For each left row the last right row at or before it in time (`forward`: the first at or after it) among those that
## agree in `on`. `at` must have the same name and an ordered type in both tables. `within` limits how far it may lie. The
## left rows keep their order, each is there once; of right rows at the same time the last one counts (`forward`: the first).
operator join[L, R, K, A](
    input: table[L],
    other: table[R],
    at: key[L & R -> A],
    on: keys[L & R -> K] = none,
    how: enum["asof"],
    direction: later["forward", enum["backward", "forward"]] = backward,
    within: duration? >= 0s = null,
) -> table[L | nullable[R - K - A]]

## The rows of all tables, one after the other. Columns are matched by name, in the order of the first table; types widen.
##
## ```gml
## test "union" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect count(union(sales, sales)) == 6
##     expect count(union([sales, sales, sales])) == 9
## }
## ```
operator union[R](tables: list[table[R]]) -> table[R]

## The rows of both tables, one after the other. Columns are matched by name, in the order of the first table; types widen.
operator union[R](input: table[R], other: table[R]) -> table[R]

## The different combinations of values of these columns, and only of these, in order of first appearance. Null is a value
## like others. The whole first row of each combination is what `take(1, per: [.a])` gives.
##
## ```gml
## test "distinct" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect count(sales |> distinct([.who])) == 2
##     expect count(sales |> distinct()) == 3
## }
## ```
operator distinct[R, K](input: table[R], columns: keys[R -> K]) -> table[K]

## The different rows, each where it is first.
operator distinct[R](input: table[R]) -> table[R]

## Order the rows; equal ones keep their order. `desc(.x)` puts the largest first; nulls come last in either direction.
## Not-a-number counts as larger than every number.
##
## ```gml
## test "sort" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> sort([.who, desc(.price)])).price == 2
## }
## ```
operator sort[R](input: table[R], by: order[R]) -> table[R]

## The first `n` rows, of each combination of `per` where that is given. Rows keep their order.
##
## ```gml
## test "take" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect count(sales |> take(2)) == 2
##     expect count(sales |> take(1, per: [.who]) |> filter(.price != 1)) == 2
## }
## ```
operator take[R, K](input: table[R], n: int >= 0, per: keys[R -> K] = none) -> table[R]

## The last `n` rows of each combination of `per`, in the order of `by`; combinations in order of first appearance.
##
## ```gml
## test "take_last" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> take_last(1, per: [.who], by: .price)).price == 2
## }
## ```
operator take_last[R, K](input: table[R], n: int >= 0, per: keys[R -> K] = none, by: order[R]) -> table[R]

## The `n` rows with the largest `by`, the largest first; ties keep their order, nulls come last. With `per`, of each
## combination, in order of first appearance.
##
## ```gml
## test "top" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales |> top(1, by: .price)).who == "b"
## }
## ```
operator top[R, K, T: ordered](input: table[R], n: int >= 0, by: row[R] -> T, per: keys[R -> K] = none) -> table[R]

## Rows drawn at random without putting back, in their old order: `n` of them, or all where there are fewer.
##
## ```gml
## test "sample" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect count(sales |> sample(n: 2, seed: 1)) == 2
## }
## ```
operator sample[R](input: table[R], n: int >= 0, seed: int) -> table[R]

## A share of the rows (rounded to whole rows) drawn at random without putting back, in their old order.
operator sample[R](input: table[R], fraction: float in 0.0..1.0, seed: int) -> table[R]

## The rows of the last stretch of time: those whose `by` is later than the largest one less `period`. Null keeps all;
## otherwise rows whose `by` is null are left out.
##
## ```gml
## test "last" {
##     let visits = table { visitor: str, day: date } [{ visitor: "a", day: @2021-01-01 }, { visitor: "b", day: @2021-01-02 }]
##     expect count(visits |> last(1d, by: .day)) == 1
## }
## ```
operator last[R, T: temporal](input: table[R], period: duration? > 0s, by: row[R] -> T) -> table[R]

## One row for each item of a list column. A row whose list is empty or null is left out.
##
## ```gml
## test "explode" {
##     let baskets = table { id: int, items: list[str] } [{ id: 1, items: ["a", "b"] }, { id: 2, items: [] }]
##     expect count(baskets |> explode([.items])) == 2
## }
## ```
operator explode[R, K](input: table[R], column: keys[R -> K]) -> table[R + elements[K]]

## Long to wide: one row for each combination of `rows`, one column for each value of `on`, filled by an aggregate.
## The columns are those of the enum in its order, or, where `on` is no enum, not known before the run: then they come in
## order of first appearance. Where there are no rows for a column, it is null.
##
## ```gml
## test "pivot" {
##     let visits = table { who: str, device: enum["desktop", "mobile"] } [{ who: "a", device: "mobile" }]
##     let wide = visits |> pivot(rows: [.who], on: [.device], value: count())
##     expect first(wide).mobile == 1
## }
## ```
operator pivot[R, K, P, T](
    input: table[R],
    rows: keys[R -> K],
    on: key[R -> P],
    value: aggregate[R] -> T,
) -> table[K | pivoted[only[P, shown], T]]

## Wide to long: each of `columns` becomes a row with its name and its value, row by row. They must have a common type.
##
## ```gml
## test "unpivot" {
##     let wide = table { who: str, cats: int, dogs: int } [{ who: "a", cats: 1, dogs: 2 }]
##     expect count(wide |> unpivot([.cats, .dogs], name: "kind", value: "pets")) == 2
## }
## ```
operator unpivot[R, K](
    input: table[R],
    columns: keys[R -> K],
    name: str = "name",
    value: str = "value",
) -> table[(R - K) | named[name, str] | named[value, common[K]]]

## Put a value where there is null.
##
## ```gml
## test "fill" {
##     let visits = table { pages: int? } [{}]
##     expect first(visits |> fill([.pages], 0)).pages == 0
## }
## ```
operator fill[R, K, T](input: table[R], columns: keys[R -> K], value: T) -> table[R + nonnull[K]]

## Put the value of the next earlier (`forward`) or later (`backward`) row of the same `over` that has one where there is
## null. Rows stay where they are.
operator fill[R, K, P](
    input: table[R],
    columns: keys[R -> K],
    direction: later["backward", enum["forward", "backward"]],
    order: order[R],
    over: keys[R -> P] = none,
) -> table[R]

## Make the rows those of a schema: its columns in its order and types; checked when it runs, and before as far as the columns
## of the table are known. Other columns are left out;
## numbers change their type where every value fits; rows that break a rule of the schema (a null, a text that an enum does
## not list, a contract, a key that is there twice) are a fault.
##
## ```gml
## schema Visit { pages: int }
## test "conform" {
##     let read = table { pages: int?, note: str } [{ pages: 3, note: "x" }]
##     expect first(read |> conform(Visit)).pages == 3
## }
## ```
operator conform[R, S](input: table[R & comparable[S]], schema: schema[S]) -> table[S]

## How many rows a table has.
##
## ```gml
## test "count" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect count(sales) == 3
## }
## ```
operator count[R](input: table[R]) -> int

## The first row of a table; fails on an empty one.
##
## ```gml
## test "first" {
##     let sales = table { who: str, price: int } [{ who: "a", price: 2 }, { who: "b", price: 5 }, { who: "a", price: 1 }]
##     expect first(sales).who == "a"
## }
## ```
operator first[R](input: table[R]) -> struct[R]

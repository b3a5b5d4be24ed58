## Splits: rows to learn from, to stop and tune on, to judge on. The parts carry their names in their types; their rows keep
## their order. Shares lie above 0 and add up to 1 at most; what they leave over is in no part.

## A period that ends with the last row.
##
## ```gml
## test "last" {
##     let visits = table { visitor: str, day: date } [{ visitor: "a", day: @2021-01-01 }, { visitor: "b", day: @2021-01-02 }]
##     let parts = visits |> split_time(by: .day, test: last(1d))
##     expect count(parts.test) == 1
## }
## ```
function last(length: duration > 0s) -> period

## Parts by time: the rows whose `by` lies in each range. Rows in none of them are in no part; ranges must not overlap.
##
## ```gml
## test "split_time" {
##     let visits = table { visitor: str, day: date } [{ visitor: "a", day: @2021-01-01 }, { visitor: "b", day: @2021-01-02 }]
##     let parts = visits |> split_time(by: .day, train: @2021-01-01..@2021-01-01, test: @2021-01-02..@2021-01-31)
##     expect count(parts.train) == 1 and count(parts.test) == 1
## }
## ```
operator split_time[R, T: dated](
    input: table[R],
    by: row[R] -> T,
    train: range[T],
    valid: range[T]? = null,
    test: range[T]? = null,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts by time, counted back from the last row: `test` is the end, `valid` lies before it, `train` is the rest. Of dates,
## `last(3d)` is the last day and the two before it.
operator split_time[R, T: dated](
    input: table[R],
    by: row[R] -> T,
    valid: period? = null,
    test: period? = null,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts of sequences by the time of their last item, counted back from the last of all.
operator split_time[K, I](
    input: sequences[K, I],
    valid: period? = null,
    test: period? = null,
) -> {
    train: sequences[K, I] in train,
    valid: sequences[K, I] in valid if valid,
    test: sequences[K, I] in test if test,
}

## Each sequence leaves its last item to `test` and the one before it to `valid` (with the items before them to go by); what
## is left is in `train`. Sequences that are too short for that are in `train` alone.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{popularity}
## use std.metrics.{mrr}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let parts = clicks |> sequences(session: .session, item: .item, time: .at) |> split_leave_last()
##     let model = fit(popularity(), train: parts.train)
##     track evaluate(model, on: [parts.test], metrics: [mrr(20)])
## }
## ```
operator split_leave_last[K, I](
    input: sequences[K, I],
) -> { train: sequences[K, I] in train, valid: sequences[K, I] in valid, test: sequences[K, I] in test }

## Parts at random, a row at a time; the shares are exact, but for rounding to whole rows.
##
## ```gml
## test "split_random" {
##     let visits = table { visitor: str, day: date } [{ visitor: "a", day: @2021-01-01 }, { visitor: "b", day: @2021-01-02 }]
##     let parts = visits |> split_random(train: 50%, test: 50%, seed: 1)
##     expect count(parts.train) == 1 and count(parts.test) == 1
## }
## ```
operator split_random[R](
    input: table[R], train: float > 0 <= 1, valid: float? > 0 <= 1 = null, test: float? > 0 <= 1 = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random in which every value of `by` has the same shares, exact but for rounding to whole rows.
##
## ```gml
## test "split_stratified" {
##     let visits = table { pages: int, bought: bool } [{ pages: 1, bought: true }, { pages: 2, bought: true }]
##     let parts = visits |> split_stratified(by: [.bought], train: 50%, test: 50%, seed: 1)
##     expect count(parts.train) == 1
## }
## ```
operator split_stratified[R, K](
    input: table[R], by: spread[columns[R -> K]], train: float > 0 <= 1, valid: float? > 0 <= 1 = null,
    test: float? > 0 <= 1 = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random in which all rows with the same `by` are in the same part. The shares are those of the values of `by`.
##
## ```gml
## test "split_group" {
##     let visits = table { visitor: str, day: date } [{ visitor: "a", day: @2021-01-01 }, { visitor: "b", day: @2021-01-02 }]
##     let parts = visits |> split_group(by: [.visitor], train: 50%, test: 50%, seed: 1)
##     expect count(parts.train) + count(parts.test) == 2
## }
## ```
operator split_group[R, K](
    input: table[R], by: columns[R -> K], train: float > 0 <= 1, valid: float? > 0 <= 1 = null,
    test: float? > 0 <= 1 = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts of sequences at random: a sequence is in one part with all of its items.
operator split_group[K, I](
    input: sequences[K, I], train: float > 0 <= 1, valid: float? > 0 <= 1 = null, test: float? > 0 <= 1 = null,
    seed: int,
) -> {
    train: sequences[K, I] in train,
    valid: sequences[K, I] in valid if valid,
    test: sequences[K, I] in test if test,
}

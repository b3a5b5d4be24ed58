## Preparation: steps of a recipe. They learn from the rows to learn from, and nothing else.

## Put what was learned where there is null: the column's `mean` or `median` (the column becomes float), its
## `most_frequent` value (the first to appear among equals), or `zero`. A column that is null in every row to learn from is
## an error, but for `zero`.
##
## ```gml
## use std.prep.{impute}
## test "impute" {
##     let visits = table { pages: int? } [{ pages: 1 }, { pages: 3 }, {}]
##     let filled = visits |> apply(fit(impute(mean, [.pages]), train: visits))
##     expect count(filled |> filter(.pages == 2.0)) == 1
## }
## ```
operator impute[R, K](
    how: enum["mean", "median", "most_frequent", "zero"],
    columns: keys[R -> K],
) -> estimator[R -> transform[R -> R + imputed[only[K, shown], how]]]

## Put a value where there is null. The columns keep their types, so the value must be one of each.
operator impute[R, K, T: scalar](value: T, columns: keys[R -> K]) -> estimator[R -> transform[R -> R + nonnull[K]]]

## One column of 0 and 1 for each value, `column_value`, in order of first appearance; an enum has one for each value that it
## lists, in that order, whether it appears or not. Null, and a value that was not there in training, are 0 in all of them.
## The columns themselves are dropped, the new ones come last.
##
## ```gml
## use std.prep.{one_hot}
## test "one_hot" {
##     let visits = table { device: enum["desktop", "mobile"] } [{ device: "mobile" }]
##     let ready = visits |> apply(fit(one_hot([.device]), train: visits))
##     expect first(ready).device_mobile == 1.0 and first(ready).device_desktop == 0.0
## }
## ```
operator one_hot[R, K](columns: keys[R -> K]) -> estimator[R -> transform[R -> (R - only[K, shown]) | indicators[K]]]

## Numbers instead of values: 1, 2, .. in order of first appearance, -1 for one that was not there in training. Null stays
## null.
##
## ```gml
## use std.prep.{ordinal}
## test "ordinal" {
##     let visits = table { os: str } [{ os: "linux" }, { os: "mac" }]
##     let ready = visits |> apply(fit(ordinal([.os]), train: visits))
##     expect first(ready).os == 1
## }
## ```
operator ordinal[R, K](
    columns: keys[R -> K],
) -> estimator[R -> transform[R -> R + retyped[only[K, shown], int]]]

## Scale numbers: `standard` to mean 0 and standard deviation 1 (of the population), `minmax` to 0..1, `robust` to median 0
## and a distance of 1 between the quartiles. A column with one value becomes 0. Null stays null.
##
## ```gml
## use std.prep.{scale}
## test "scale" {
##     let visits = table { pages: float } [{ pages: 1.0 }, { pages: 3.0 }]
##     let ready = visits |> apply(fit(scale([.pages], how: minmax), train: visits))
##     expect first(ready).pages == 0.0
## }
## ```
operator scale[R, K](
    columns: keys[R -> K],
    how: enum["standard", "minmax", "robust"] = standard,
) -> estimator[R -> transform[R -> R + retyped[K, float]]]

## The place of the value among those of training, from 1 in order of first appearance, as a binary number: its digits are
## columns of 0 and 1, `column_0` (the highest), `column_1`, .., of which there are fewer than `one_hot` makes. Null, and a value that was not there in training, are 0 in all of them. The columns themselves are
## dropped, the new ones come last.
##
## ```gml run
## use std.prep.{binary}
## catalog { visits: table { city: category } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(binary([.city]), train: visits))
##     expect count(ready) > 0
## }
## ```
operator binary[R, K](
    columns: keys[R -> K],
) -> estimator[R -> transform[R -> (R - only[K, shown]) + prefixed[K]]]

## The mean of the target, a bool or a number, for the value, drawn towards the mean of all by `smoothing` rows (Micci-Barreca
## 2001). What learns behind it in a chain sees each row encoded by the parts, of `folds`, that the row is not in, so that no row
## sees its own target; all other rows, and those given to `apply`, are encoded by all rows learned from. Null is a value like
## others; one that was not there in training gets the mean of all. A column with the role `weight` tells how much each row
## counts.
##
## ```gml run
## use std.prep.{target_encode}
## catalog { visits: table { city: category, target bought: bool } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(target_encode([.city], seed: 1), train: visits))
##     expect count(ready) > 0
## }
## ```
operator target_encode[R, K](
    columns: keys[R -> K],
    smoothing: float >= 0 = 20.0,
    folds: int in 2..1_048_576 = 5,
    seed: int = 0,
) -> estimator[R & { target _: measured } -> transform[R -> R + suffixed[only[K, shown], "", float]]]

## Columns of 0 and 1, `column_0`, `column_1`, .., as many as `buckets`, chosen by a hash of the value: no value needs to be known
## beforehand, and several may share a column (Weinberger et al. 2009). The hash is MurmurHash3 of the value's text. Null is 0 in
## all of them. The columns themselves are dropped.
##
## ```gml run
## use std.prep.{hash}
## catalog { visits: table { query: str } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(hash([.query], buckets: 64), train: visits))
##     expect count(ready) > 0
## }
## ```
operator hash[R, K](
    columns: keys[R -> K],
    buckets: int in 1..1_048_576,
) -> estimator[R -> transform[R -> (R - only[K, shown]) + prefixed[K]]]

## The number of the bucket that the value is in: 0 below the first of `bounds`, 1 from there on, and so on. Null stays null.
##
## ```gml run
## use std.prep.{bucketize}
## catalog { visits: table { age: int? } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(bucketize([.age], bounds: [18.0, 30.0, 50.0]), train: visits))
##     expect count(ready) > 0
## }
## ```
operator bucketize[R, K](
    columns: keys[R -> K],
    bounds: list[float],
) -> estimator[R -> transform[R -> R + retyped[only[K, number], int]]]

## The number of the bucket that the value is in, of `n` that had equally many rows in training: 0 .. n - 1. Where many rows have
## the same value, quantiles coincide, and there are fewer buckets. Null stays null.
##
## ```gml run
## use std.prep.{quantile_bin}
## catalog { visits: table { age: int? } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(quantile_bin([.age], n: 10), train: visits))
##     expect count(ready) > 0
## }
## ```
operator quantile_bin[R, K](
    columns: keys[R -> K],
    n: int in 2..1_048_576,
) -> estimator[R -> transform[R -> R + retyped[only[K, number], int]]]

## The logarithm of 1 and the value, its sign kept: `sign(x) * ln(1 + |x|)`. Null stays null.
##
## ```gml run
## use std.prep.{log}
## catalog { visits: table { spent: float } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(log([.spent]), train: visits))
##     expect count(ready) > 0
## }
## ```
operator log[R, K](columns: keys[R -> K]) -> estimator[R -> transform[R -> R + retyped[K, float]]]

## What lies outside of the quantiles `low` and `high` of training becomes these. Null stays null.
##
## ```gml run
## use std.prep.{clip}
## catalog { visits: table { spent: float } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(clip([.spent], low: 1%, high: 99%), train: visits))
##     expect count(ready) > 0
## }
## ```
operator clip[R, K](
    columns: keys[R -> K],
    low: float in 0.0..1.0 = 0.01,
    high: float in 0.0..1.0 = 0.99,
) -> estimator[R -> transform[R -> R + retyped[K, float]]]

## The parts of dates and timestamps as numbers: `column_year`, `column_month`, `column_day`, `column_weekday` (Monday 1 to Sunday
## 7). The columns themselves are dropped. Null stays null.
##
## ```gml run
## use std.prep.{date_parts}
## catalog { visits: table { day: date } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(date_parts([.day]), train: visits))
##     expect count(ready) > 0
## }
## ```
operator date_parts[R, K](
    columns: keys[R -> K],
) -> estimator[R -> transform[
    R
        -> (R - K)
        | retyped[suffixed[only[K, dated], "_year"], int]
        | retyped[suffixed[K, "_month"], int]
        | retyped[suffixed[K, "_day"], int]
        | retyped[suffixed[K, "_weekday"], int],
]]

## Words of texts as numbers: how often a word is in the text, times how rare it is among texts (Salton and Buckley 1988),
## `ln((1 + texts) / (1 + texts with the word)) + 1`, each text scaled to length 1; a column `column_word` for each of the `words`
## most frequent ones that are in at least `min_rows` texts, by their letters. Words are runs of letters and digits, each in small
## letters by itself. The columns themselves are dropped. Null is the empty text.
##
## ```gml run
## use std.prep.{text_counts}
## catalog { visits: table { title: str } = csv("visits.csv") }
## pipeline preparing {
##     let ready = visits |> apply(fit(text_counts([.title], words: 200), train: visits))
##     expect count(ready) > 0
## }
## ```
operator text_counts[R, K](
    columns: keys[R -> K],
    words: int in 1..1_048_576 = 1000,
    min_rows: int >= 1 = 2,
) -> estimator[R -> transform[R -> (R - only[K, text]) + prefixed[K]]]

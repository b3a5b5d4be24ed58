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
) -> estimator[R -> transform[R -> R + imputed[K, how]]]

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
operator one_hot[R, K](columns: keys[R -> K]) -> estimator[R -> transform[R -> (R - K) + indicators[K]]]

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
operator ordinal[R, K](columns: keys[R -> K]) -> estimator[R -> transform[R -> R + retyped[K, int]]]

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

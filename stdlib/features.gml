## Features made of many rows or of pairs, and which of them to keep.

## What the rows with the same `for` say about it, as columns (deep feature synthesis, Kanter and Veeramachaneni 2015): for
## each of `windows` (a stretch of time before the last of all rows; null: all rows) how many rows there are, of numbers and
## durations the sum, the mean, the smallest, the largest and the standard deviation, of bools the share that is true, of texts
## and ids how many different ones there are, and of moments how many days the first and the last lie before the end (durations are
## in seconds, and the end is that of the `time` column). The
## columns are called `key_statistic_column_window`: `article_mean_price_30d`, `article_count_all`. Where there are no rows,
## counts are 0 and the others null. Targets and weights are left out. Columns of related tables are joined before. Keys come in order
## of first appearance.
##
## ```gml run
## use std.features.{synthesize}
## catalog { sales: table { id customer: str, id article: str, time day: date, price: float } = csv("sales.csv") }
## pipeline features {
##     let articles = sales |> synthesize(for: .article, windows: [7d, 30d, null])
##     expect count(articles |> filter(.article_count_30d > 10)) > 0
## }
## ```
operator synthesize[R, K](
    input: table[R & { time _: dated }],
    for: keys[R -> K],
    windows: list[duration?] > 0s = [null],
) -> table[synthesized[R, K, windows]]

## Leave features out: those with a larger share of nulls than `max_null`; where `constants` is true, those with a single value; of
## two numbers that are correlated by more than `max_correlation`, over the rows that have both, the later one, if the earlier one
## stays; and all but the `keep` most important ones of what is left. Columns with a role stay. A step behind it may name any of the
## columns: where one was left out, fitting fails and says so, so put the steps that cannot do without their columns in front.
##
## How important a feature is is judged on rows that were not learned from: the rows are put into five parts, those of one `group`
## into the same; boosted trees learn the target from three of them, of 100 rounds or until the fourth is met no better, and what is
## lost on the fifth where the values of the feature are shuffled over its rows counts (permutation importance, Breiman 2001), the
## mean of all five turns. So a feature is not important for having many values. Two features that say the same share what they are
## worth: leave one of them out by `max_correlation`. Equals stay in the order of the columns.
##
## ```gml run
## use std.features.{select_features}
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, spent: float, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let chain = select_features(max_null: 95%, max_correlation: 0.95) >> boosted_trees(objective: binary)
##     expect count(visits |> predict(fit(chain, train: visits))) > 0
## }
## ```
operator select_features[R](
    max_null: float in 0.0..1.0 = 1.0,
    max_correlation: float in 0.0..1.0 = 1.0,
    keep: int? >= 1 = null,
    constants: bool = false,
    seed: int = if keep == null then 0 else none,
) -> estimator[R -> transform[R -> some[R]]]

## How much two lists have in common: the number of values that are in both, divided by the number of those in either
## (Jaccard 1912). Two empty lists have nothing in common: 0.
##
## ```gml run
## use std.features.{jaccard}
## catalog { pairs: table { id user: str, liked: list[str], offered: list[str] } = parquet("pairs.parquet") }
## pipeline features { expect count(pairs |> filter(jaccard(.liked, .offered) > 0.5)) > 0 }
## ```
function jaccard[T: discrete](first: list[T], second: list[T]) -> float

## The cosine of the angle between two vectors of the same length; 0 where one of them is all zero.
##
## ```gml run
## use std.features.{cosine}
## catalog { pairs: table { id user: str, taste: vector[32], looks: vector[32] } = parquet("pairs.parquet") }
## pipeline features { expect count(pairs |> filter(cosine(.taste, .looks) > 0.5)) > 0 }
## ```
function cosine[V: vector](first: V, second: V) -> float

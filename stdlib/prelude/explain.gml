## Explanations of what a model says, on the columns that it was given: what a recipe makes of a column counts for it.

## Why the model says what it says: the contribution of each feature to each prediction (exact TreeSHAP, Lundberg 2018, for
## trees; linear contributions for linear models), as figures of the `top` features (15 where it is left out) and of all rows.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track explain(model, on: data.test, top: 5)
## }
## ```
operator explain[R, O](model: model[R -> O], on: table[R], top: int? >= 1 = null) -> report

## The contribution of each feature to the score of each row, `column_contribution`; with `base` they add up to the score
## (to its log odds, where it is a probability).
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     let why = data.test |> contributions(model)
##     expect first(why |> filter(.pages_contribution > 0.0)).base < 1.0
## }
## ```
operator contributions[R, S, O: single](
    input: table[S & features[R]],
    model: model[R -> O],
) -> table[S | suffixed[features[R], "_contribution", float] | { base: float }]

## How much each feature matters: the mean size of its contributions (`shap`), the gain of the splits on it (`gain`), or what
## the metric loses where its values are shuffled (`permutation`). The largest comes first.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     expect first(importance(model, on: data.test)).importance > 0.0
## }
## ```
operator importance[R, O](
    model: model[R -> O],
    on: table[R],
    how: enum["shap", "gain", "permutation"] = shap,
    seed: int = if how != "permutation" then 0 else none,
) -> table { column: str, importance: float }

## How much pairs of features matter together, beside what each does alone (SHAP interaction values). The largest comes first.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     let pairs = interactions(model, on: data.test)
##     expect first(pairs).importance >= 0.0
## }
## ```
operator interactions[R, O](
    model: model[R -> O],
    on: table[R],
) -> table { first: str, second: str, importance: float }

## What the model says as one feature changes and the others stay: the mean of all rows (Friedman 2001), and with
## `individual`, of numbers, each row for itself (Goldstein 2015), a hundred of them where there are more. At `points` quantiles of a
## number, at the 30 most frequent values of anything else.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track partial_dependence(model, on: data.test, columns: [.pages])
## }
## ```
operator partial_dependence[R, K, O](
    model: model[R -> O],
    on: table[R],
    columns: keys[R -> K],
    points: int in 2..1000 = 20,
    individual: bool = false,
) -> figure

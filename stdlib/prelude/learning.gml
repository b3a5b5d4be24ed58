## Learning: an estimator knows how to learn; `fit` learns; what was learned is applied with `predict` and judged with
## `evaluate`.

## What a binary model says: the probability of true.
schema Probability { score: float in 0.0..1.0 }

## What a multiclass model says: the likeliest class, and the probability of each class in their order.
schema Classes { label: str, scores: list[float] }

## What a regression says.
schema Value { value: float }

## What a ranking says: larger comes first.
schema Rank { score: float }

## What a calibrated model says: the raw score and the calibrated probability.
schema Calibrated { score: float in 0.0..1.0, calibrated: float in 0.0..1.0 }

## Learn from the rows of `train`; those of `valid` decide when to stop, where the estimator is told to (`stop_after`).
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## catalog { visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [auc])
## }
## ```
operator fit[R, L](learner: estimator[R -> L], train: table[R] in train, valid: table[R]? in valid = null) -> L

## Add what the model says to each row. Rows keep their order and all their columns; a column of the same name is replaced.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## catalog { visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     let scored = data.test |> predict(model)
##     track evaluate(model, on: [data.test], metrics: [auc])
##     expect count(scored |> filter(.score > 0.5)) > 0, "nobody is likely to buy"
## }
## ```
operator predict[R, S, O](input: table[S & features[R]], model: model[R -> O]) -> table[S + O]

## Apply a fitted transform to each row.
##
## ```gml
## use std.prep.{scale}
## test "apply" {
##     let visits = table { pages: float } [{ pages: 1.0 }, { pages: 3.0 }]
##     let scaling = fit(scale([.pages]), train: visits)
##     expect first(visits |> apply(scaling)).pages == -1.0
## }
## ```
operator apply[R, S](input: table[R], transform: transform[R -> S]) -> table[S]

## Judge a model on rows whose target is known: every metric on every table, under the name of its partition.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## catalog { visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [auc])
##     track evaluate(model, on: [data.train], metrics: [auc], in_sample: true)
## }
## ```
operator evaluate[R, O](
    model: model[R -> O],
    on: list[table[R]],
    metrics: list[metric],
    in_sample: bool = false,
) -> metrics

## Metrics. Their names in the run record carry their arguments (`ndcg(10)`; `accuracy` at 0.5 bare). Where the rows have a
## column with the role `weight`, each counts by it, but for `ndcg`. A metric that has no meaning for what the model
## predicts, or for rows of a single class (`auc`), is an error.

## Area under the ROC curve: the chance that a positive is scored above a negative; ties count half.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [auc])
## }
## ```
function auc() -> metric

## Mean negative log likelihood of what came to be, `binary` or of several classes; probabilities clipped to
## 1e-15..1 - 1e-15, a class that the model does not know having 0.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{log_loss}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [log_loss])
## }
## ```
function log_loss() -> metric

## Mean squared difference of probability and outcome (Brier 1950).
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{brier}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [brier])
## }
## ```
function brier() -> metric

## Share of rows whose likeliest class is the right one; binary: probability at least `threshold` says true.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{accuracy}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [accuracy(threshold: 0.3)])
## }
## ```
function accuracy(threshold: float = 0.5) -> metric

## Average precision: precision at each positive, averaged (no interpolation); rows of equal score count together.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{average_precision}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [average_precision])
## }
## ```
function average_precision() -> metric

## Root of the mean squared error.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{rmse}
## catalog { visits: table { pages: int, target spent: float } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: regression), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [rmse])
## }
## ```
function rmse() -> metric

## Mean absolute error.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{mae}
## catalog { visits: table { pages: int, target spent: float } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: regression), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [mae])
## }
## ```
function mae() -> metric

## Normalised discounted cumulative gain of the first `k` of each group, gain 2^relevance - 1, discount log2(place + 1)
## (Burges et al. 2005); equal scores keep the order of the rows, a group without relevant rows counts 1.
##
## ```gml check
## use std.learn.{boosted_trees}
## use std.metrics.{ndcg}
## catalog { visits: table { group search: int, pages: int, target relevance: int } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_group(by: [.search], train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: lambdarank), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [ndcg(10)])
## }
## ```
function ndcg(k: int) -> metric

## Metrics. Their names in the run record carry their arguments (`ndcg(10)`; `accuracy` at 0.5 bare). Where the rows have a
## column with the role `weight`, each counts by it, but for those of the first `k` of a group. A metric that has no meaning for
## what the model predicts, or for rows of a single class (`auc`), is an error; so are those of groups where no column has the role
## `group`. Each says behind `metric` what it judges: the outputs of models
## by their schemas, a `recommender`, or a `table` of candidates; and which of them are better when they are `smaller`.

## Area under the ROC curve: the chance that a positive is scored above a negative; ties count half.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [auc])
## }
## ```
function auc() -> metric[Probability, Calibrated, Rank & { group _: discrete }]

## Mean negative log likelihood of what came to be, `binary` or of several classes; probabilities clipped to
## 1e-15..1 - 1e-15, a class that the model does not know having 0.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{log_loss}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [log_loss])
## }
## ```
function log_loss() -> metric[smaller, Probability, Calibrated, Classes, CalibratedClasses]

## Mean squared difference of probability and outcome (Brier 1950).
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{brier}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [brier])
## }
## ```
function brier() -> metric[smaller, Probability, Calibrated]

## Share of rows whose likeliest class is the right one; binary: probability at least `threshold` says true.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{accuracy}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [accuracy(threshold: 0.3)])
## }
## ```
function accuracy(threshold: float in 0.0..1.0 = 0.5) -> metric[Probability, Calibrated, Classes, CalibratedClasses]

## Average precision: precision at each positive, averaged (no interpolation); rows of equal score count together.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{average_precision}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [average_precision])
## }
## ```
function average_precision() -> metric[Probability, Calibrated, Rank & { group _: discrete }]

## Root of the mean squared error.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{rmse}
## catalog { visits: table { pages: int, target spent: float } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: regression), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [rmse])
## }
## ```
function rmse() -> metric[smaller, Value]

## Mean absolute error.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{mae}
## catalog { visits: table { pages: int, target spent: float } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: regression), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [mae])
## }
## ```
function mae() -> metric[smaller, Value]

## Normalised discounted cumulative gain of the first `k` of each group, gain 2^relevance - 1, discount log2(place + 1)
## (Burges et al. 2005); equal scores keep the order of the rows, a group without relevant rows counts 1. What is true has the
## relevance 1. Of candidates, in the order of their rows, users who had nothing are left out, and those without candidates count 0.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{ndcg}
## catalog { visits: table { group search: int, pages: int, target relevance: int } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_group(by: [.search], train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: lambdarank), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [ndcg(10)])
## }
## ```
function ndcg(k: int >= 1) -> metric[
    Probability & { group _: discrete }, Calibrated & { group _: discrete }, Rank & { group _: discrete }, recommender,
    table,
]

## Expected calibration error: the mean distance of probability and outcome over `bins` of equal width, each counting by its
## rows (Guo et al. 2017).
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{ece}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [ece(bins: 15)])
## }
## ```
function ece(bins: int >= 1 = 10) -> metric[smaller, Probability, Calibrated]

## What is lost by probabilities that do not say what comes true, of the Brier score (Murphy 1973); smaller is better. Rows are put into
## `bins` of equal width; `reliability` - `resolution` + `uncertainty` is the Brier score of the mean probability of each bin.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{reliability}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [reliability])
## }
## ```
function reliability(bins: int >= 1 = 10) -> metric[smaller, Probability, Calibrated]

## What is won by telling rows apart, of the Brier score (Murphy 1973); larger is better.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{resolution}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [resolution])
## }
## ```
function resolution(bins: int >= 1 = 10) -> metric[Probability, Calibrated]

## What there is to know, of the Brier score (Murphy 1973): that of a model which says of every row how many of all come true. It
## is the same for all models of the same rows.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{reliability, resolution, uncertainty}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [reliability, resolution, uncertainty])
## }
## ```
function uncertainty() -> metric[smaller, Probability, Calibrated]

## How many times more positives there are among the best scored `share` of the rows than among all.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{lift}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [lift(10%)])
## }
## ```
function lift(share: float > 0 <= 1) -> metric[Probability, Calibrated, Rank & { group _: discrete }]

## Which share of all positives is among the best scored `share` of the rows.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{gain}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [gain(10%)])
## }
## ```
function gain(share: float > 0 <= 1) -> metric[Probability, Calibrated, Rank & { group _: discrete }]

## Harmonic mean of precision and recall; probability at least `threshold` says true. Of several classes the mean over those that
## came to be or were predicted.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{f1}
## catalog { visits: table { pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [f1(threshold: 0.3)])
## }
## ```
function f1(threshold: float in 0.0..1.0 = 0.5) -> metric[Probability, Calibrated, Classes, CalibratedClasses]

## The share of the variance of the target that is explained.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{r2}
## catalog { visits: table { pages: int, target spent: float } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: regression), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [r2])
## }
## ```
function r2() -> metric[Value]

## Mean average precision: the precision at each relevant one of the first `k`, divided by how many there could be among
## them, averaged over the groups; a group without relevant ones counts 0. Of candidates, in the order of their rows, users who
## had nothing are left out, and those without candidates count 0.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{map}
## catalog { visits: table { group search: int, pages: int, target relevance: int } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_group(by: [.search], train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: lambdarank), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [map(12)])
## }
## ```
function map(k: int >= 1) -> metric[
    Probability & { group _: discrete }, Calibrated & { group _: discrete }, Rank & { group _: discrete }, recommender,
    table,
]

## Which share of the relevant ones is among the first `k` of a group, or, of candidates, among all of them; groups without
## relevant ones are left out.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{recall}
## catalog { visits: table { group search: int, pages: int, target relevance: int } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_group(by: [.search], train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: lambdarank), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [recall(20)])
## }
## ```
function recall(k: int >= 1) -> metric[
    Probability & { group _: discrete }, Calibrated & { group _: discrete }, Rank & { group _: discrete }, recommender,
    table,
]

## Of candidates, which share of the relevant ones is among all of them.
function recall() -> metric[table]

## Which share of the first `k` of a group is relevant.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{precision}
## catalog { visits: table { group search: int, pages: int, target relevance: int } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_group(by: [.search], train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: lambdarank), train: data.train)
##     track evaluate(model, on: [data.test], metrics: [precision(5)])
## }
## ```
function precision(k: int >= 1) -> metric[
    Probability & { group _: discrete }, Calibrated & { group _: discrete }, Rank & { group _: discrete }, recommender,
    table,
]

## The share of groups or sequences in which what was to be found is among the first `k`; groups without relevant rows are left
## out.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{item_knn}
## use std.metrics.{hit_rate}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [hit_rate(20)])
## }
## ```
function hit_rate(k: int >= 1) -> metric[
    Probability & { group _: discrete }, Calibrated & { group _: discrete }, Rank & { group _: discrete }, recommender,
    table,
]

## Mean of 1 / place of what was to be found, of several the first, 0 where none is among the first `k`; groups without relevant
## rows are left out.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{item_knn}
## use std.metrics.{mrr}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [mrr(20)])
## }
## ```
function mrr(k: int >= 1) -> metric[
    Probability & { group _: discrete }, Calibrated & { group _: discrete }, Rank & { group _: discrete }, recommender,
    table,
]

## Which share of all items is among the first `k` of any group or sequence. Of candidates, all items are those that are among them
## or in the rows judged by.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{item_knn}
## use std.metrics.{coverage}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [coverage(20)])
## }
## ```
function coverage(k: int >= 1) -> metric[recommender, table]

## How unexpected the first `k` are: the mean of -log2 of the share of sequences that an item is in. Of candidates it is the share of
## users who had the item in the rows judged by; one that nobody had counts as if one user had it.
##
## ```gml run
## use std.graph.{sequences}
## use std.recommend.{item_knn}
## use std.metrics.{novelty}
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
##     track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [novelty(20)])
## }
## ```
function novelty(k: int >= 1) -> metric[recommender, table]

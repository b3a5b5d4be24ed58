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

## What a calibrated model of several classes says: the scores of `Classes`, the calibrated probability of each class, and the
## class that is the likeliest by these.
schema CalibratedClasses { label: str, scores: list[float], calibrated: list[float] }

## Learn from the rows of `train`; those of `valid` decide when to stop, where the estimator is told to (`stop_after`).
##
## ```gml run
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

## Learn from sequences; those of `valid` decide when to stop, where the estimator is told to (`stop_after`).
operator fit[K, I, L](
    learner: estimator[sequences[I] -> L],
    train: sequences[K, I] in train,
    valid: sequences[K, I]? in valid = null,
) -> L

## Add what the model says to each row. Rows keep their order and all their columns; a column of the same name is replaced.
##
## ```gml run
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
## ```gml run
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

## Judge a model with intervals that hold 95% of the values of `resamples` bootstrap samples (Efron 1979, percentile method), where
## that is more than 0: `auc.low` and `auc.high`. Samples of a ranking are drawn by groups, and so are those for metrics of the first
## of each group, as `map(12)`. With `by` also for each of its values apart, as below.
operator evaluate[R, O, G](
    model: model[R -> O],
    on: list[table[R]],
    metrics: list[metric],
    by: keys[R -> G] = none,
    resamples: int in 0..1_000_000,
    in_sample: bool = false,
    seed: int = 0,
) -> metrics

## Judge a model for each value of `by` apart, beside all rows together: `auc[device=mobile]`, and `rows[device=mobile]` says how many
## there are; for each combination of values where there are several columns. `evaluate_by` gives the same as a table. A metric that is not defined on the rows of a value (`auc` where all are of one class) is left out for it.
operator evaluate[R, O, G](
    model: model[R -> O],
    on: list[table[R]],
    metrics: list[metric],
    by: keys[R -> G],
    in_sample: bool = false,
) -> metrics

## How well a model does for each combination of values of `by`, as a table to be saved, filtered or tracked in a record: a row for each metric of each
## combination, in order of first appearance, with the number of its rows; those of the tables of `on` one below the other. `value` is
## null where the metric is not defined on such rows (`auc` where all are of one class).
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{auc, log_loss}
## catalog {
##     visits: table { id visitor: str, device: category, country: category, pages: int, target bought: bool } = csv("visits.csv"),
##     judged: table { device: category, country: category, partition: str, rows: int, metric: str, value: float? } = csv("judged.csv"),
## }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     save evaluate_by(model, on: [data.test], metrics: [auc, log_loss], by: [.device, .country]) as judged
## }
## ```
operator evaluate_by[R, O, G](
    model: model[R -> O],
    on: list[table[R]],
    metrics: list[metric],
    by: keys[R -> G],
    in_sample: bool = false,
) -> table[G + { partition: str, rows: int, metric: str, value: float? }]

## Judge a recommender on sequences: of each, all but the last item are given and the last one is to be found, among all
## items that it knows; with `exclude: seen` without those that were given, and where `sampled` is given among so many others drawn
## at random (the metric says either in its name). A sequence of less than two items has nothing to be found and is left out; an item
## that the recommender does not know is not found.
operator evaluate[K, I](
    recommender: recommender[I],
    on: list[sequences[K, I]],
    metrics: list[metric],
    exclude: enum["nothing", "seen"] = nothing,
    sampled: int? >= 1 = null,
    in_sample: bool = false,
    seed: int = if sampled == null then 0 else none,
) -> metrics

## Judge candidates: which of the pairs of user (role `group`) and item (role `id`) that came to be in `on` are among them, for all
## together (`recall`), in the order of the rows, and for each strategy whose places are told by a column `name_rank`
## (`recall[name]`), in the order of these. With `recall()` goes what it costs: `candidates` says how many there are for a user, on
## average over the users who have any. Users of `on` without candidates have found nothing. A pair that stands there again takes a
## place, and is found no second time.
##
## ```gml run
## use std.metrics.{recall}
## use std.recommend.{bought_before, candidates, popular}
## catalog {
##     sales: table { id customer: str, id article: str, time day: date } = csv("sales.csv"),
##     customers: table { id customer: str, age: int } = csv("customers.csv"),
## }
## pipeline offers {
##     let data = sales |> split_time(by: .day, test: last(7d))
##     let found = candidates(user: .customer, item: .article) {
##         bestseller = data.train |> popular(item: .article, top: 12) |> for_everyone(customers, user: .customer),
##         again      = bought_before(data.train),
##     }
##     track evaluate(found, on: [data.test], metrics: [recall()])
## }
## ```
operator evaluate[C, R](
    candidates: table[C & { group _: discrete, id _: discrete }],
    on: list[table[R & roles[C, group, id]]],
    metrics: list[metric],
) -> metrics

## Make probabilities of scores: what is said to be 30% comes true in 30 of 100 cases. Learned on rows that the model was
## not fitted on: `isotonic`, a rising step function (pool adjacent violators), or `sigmoid`, a logistic curve of the log odds
## (Platt 1999).
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     let calibrated = calibrate(model, on: data.valid, method: isotonic)
##     expect count(data.test |> predict(calibrated) |> filter(.calibrated > 0.5)) > 0
## }
## ```
operator calibrate[R](
    model: model[R -> Probability],
    on: table[R] in valid,
    method: enum["isotonic", "sigmoid"] = isotonic,
) -> model[R -> Calibrated]

## Each class against the rest; the probabilities of a row add up to 1 again.
operator calibrate[R](
    model: model[R -> Classes],
    on: table[R] in valid,
    method: enum["isotonic", "sigmoid"] = isotonic,
) -> model[R -> CalibratedClasses]

## The threshold at which decisions cost least: every false alarm costs `false_alarm`, every miss `miss`. A score, of a calibrated
## model its calibrated one, that is at least as large says true; of thresholds that cost the same it is the largest. It lies
## halfway between the scores that it parts.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     let threshold = best_threshold(model, on: data.valid, miss: 20.0)
##     let asked = data.test |> predict(model) |> filter(.score >= threshold)
##     expect count(asked) > 0, "nobody is worth asking"
## }
## ```
operator best_threshold[R](
    model: model[R -> { score: float, .. }],
    on: table[R] in valid,
    false_alarm: float >= 0 = 1.0,
    miss: float >= 0 = 1.0,
) -> float

## Values between the ends, looked for on a logarithmic scale: 1 to 10 as often as 10 to 100. Only where arguments are looked
## for; the logarithm of a number is `ln`, `log10` or `log1p`.
##
## ```gml run
## use std.learn.{boosted_trees, tune}
## use std.metrics.{auc}
## catalog { visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let trees = boosted_trees(objective: binary, seed: 1)
##     let best = tune(trees, train: data.train, valid: data.valid, maximize: auc, over: { leaves: log(4..256) }, trials: 50, seed: 1)
##     track evaluate(fit(best, train: data.train), on: [data.test], metrics: [auc])
## }
## ```
function log[T: number](values: range[T]) -> search[T]

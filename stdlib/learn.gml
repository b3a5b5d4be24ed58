## Estimators that learn models.

## Gradient-boosted trees (LightGBM). The features are the columns without a role: numbers, bool as 0 and 1, and category,
## enum and str as categories. Null is a missing value, and so is a text that was not there in training. A column with the
## role `weight` tells how much each row counts.
##
## The target is a bool for `binary`, text or a whole number for `multiclass`, a number for `regression`, and a whole
## number from 0 to 30 (the relevance; true is 1) for `lambdarank`, whose queries are the rows with the same `group` column,
## wherever they stand: the one with that role, or the one that `group` names. Classes are ordered: numbers by size, texts by their letters.
##
## With `stop_after` it stops when that many rounds bring nothing better on the rows of `valid`, and keeps the best round.
## What is watched is the log loss (`binary`, `multiclass`), the mean squared error (`regression`) or NDCG at 5
## (`lambdarank`).
##
## | parameter | LightGBM's name |
## |---|---|
## | `rounds`, `stop_after` | `num_iterations`, `early_stopping_round` |
## | `learning_rate` | `learning_rate` |
## | `leaves`, `depth` | `num_leaves`, `max_depth` (no bound where `depth` is null) |
## | `min_rows`, `min_hessian`, `min_gain` | `min_data_in_leaf`, `min_sum_hessian_in_leaf`, `min_gain_to_split` |
## | `row_fraction`, `resample_every` | `bagging_fraction`, `bagging_freq` (where `row_fraction` is below 1) |
## | `column_fraction` | `feature_fraction` |
## | `l1`, `l2` | `lambda_l1`, `lambda_l2` |
## | `bins` | `max_bin` |
## | `positive_weight` (`binary`) | `scale_pos_weight` |
## | `category_smoothing`, `category_l2` | `cat_smooth`, `cat_l2` |
## | `truncation` (`lambdarank`) | `lambdarank_truncation_level` |
## | `seed` | `seed` |
##
## Equal parameters give the trees that LightGBM gives elsewhere, whatever the number of threads (`deterministic` and
## `force_row_wise` are on).
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## catalog { visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 70%, valid: 15%, test: 15%, seed: 1)
##     let trees = boosted_trees(objective: binary, rounds: 500, stop_after: 20, leaves: 15)
##     let model = fit(trees, train: data.train, valid: data.valid)
##     track evaluate(model, on: [data.test], metrics: [auc])
## }
## ```
operator boosted_trees[R, G](
    objective: enum["binary", "multiclass", "regression", "lambdarank"],
    rounds: int >= 1 = 100,
    stop_after: int? >= 1 = null,
    learning_rate: float > 0 = 0.1,
    leaves: int in 2..131_072 = 31,
    depth: int? >= 1 = null,
    min_rows: int >= 0 = 20,
    min_hessian: float >= 0 = 0.001,
    min_gain: float >= 0 = 0.0,
    row_fraction: float > 0 <= 1 = 1.0,
    resample_every: int >= 1 = 1,
    column_fraction: float > 0 <= 1 = 1.0,
    l1: float >= 0 = 0.0,
    l2: float >= 0 = 0.0,
    bins: int in 2..65_535 = 255,
    positive_weight: float > 0 = 1.0,
    category_smoothing: float >= 0 = 10.0,
    category_l2: float >= 0 = 10.0,
    truncation: int >= 1 = 30,
    group: key[R -> G] = none,
    seed: int >= 0 = if row_fraction == 1.0 and column_fraction == 1.0 then 0 else none,
) -> estimator[
    ((R - G) | roled[G, group])
        & case[
            objective,
            "binary",
            { target _: bool },
            "multiclass",
            { target _: discrete },
            "regression",
            { target _: number },
            "lambdarank",
            { target _: grade, group _: discrete },
        ]
        -> case[objective, "binary", Probability, "multiclass", Classes, "regression", Value, "lambdarank", Rank],
]

## Logistic regression: the log odds of the target are a sum of weighted features (Cox 1958), with a penalty on the squares of
## the weights (`l2`) and on their sizes (`l1`): what is smallest is the sum of the log losses, `l2 / 2` times the squares and `l1`
## times the sizes. Features are scaled to mean 0 and standard deviation 1 by themselves, and the intercept is free. Features are
## numbers and bools; null is an error, so `impute` it, and texts have to be encoded. A column with the role `weight` tells how
## much each row counts, and `positive_weight` (`binary`) how many times a row counts whose target is true.
##
## For `multiclass`, whose target is text or a whole number, there is such a sum for each class, and the probabilities of the classes
## are the shares of the exponentials of the sums.
##
## It ends where no slope of the mean loss is above `tolerance` (by Newton's steps, which conjugate gradients find, Lin et al. 2008;
## with `l1` by L-BFGS for orthants, Andrew and Gao 2007); it is an error where that takes more `iterations`.
##
## ```gml run
## use std.learn.{logistic}
## use std.prep.{one_hot}
## catalog { visits: table { id visitor: str, pages: int, spent: float, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(one_hot([.device]) >> logistic(l2: 0.1), train: data.train)
##     expect count(data.test |> predict(model)) > 0
## }
## ```
operator logistic[R](
    objective: enum["binary", "multiclass"] = binary,
    l1: float >= 0 = 0.0,
    l2: float >= 0 = 1.0,
    positive_weight: float > 0 = 1.0,
    iterations: int >= 1 = 1000,
    tolerance: float > 0 = 1e-6,
) -> estimator[
    R
        & nonnull[features[R]]
        & only[features[R], number]
        & case[objective, "binary", { target _: bool }, "multiclass", { target _: discrete }]
        -> case[objective, "binary", Probability, "multiclass", Classes],
]

## Linear regression with a penalty on the squares of the weights (Hoerl and Kennard 1970): what is smallest is the sum of the
## squared errors and `l2` times the squares. Features are scaled and taken as by `logistic`.
##
## ```gml run
## use std.learn.{ridge}
## use std.prep.{one_hot}
## catalog { homes: table { id home: str, rooms: int, device: category, target price: float } = csv("homes.csv") }
## pipeline training {
##     let model = fit(one_hot([.device]) >> ridge(l2: 10.0), train: homes)
##     expect count(homes |> predict(model)) > 0
## }
## ```
operator ridge[R](
    l2: float >= 0 = 1.0,
) -> estimator[R & nonnull[features[R]] & only[features[R], number] & { target _: number } -> Value]

## Linear regression with the penalties `penalty * (share * |w| + (1 - share) / 2 * w^2)` beside half the mean squared error (Zou
## and Hastie 2005); at a `share` of 1 it is the lasso. Features are scaled and taken as by `logistic`.
##
## It ends where the loss is less than `tolerance` times the squares of the target above the smallest there is (the duality gap of
## coordinate descent, Friedman et al. 2010); it is an error where that takes more `iterations`.
##
## ```gml run
## use std.learn.{elastic_net}
## catalog { homes: table { id home: str, rooms: int, target price: float } = csv("homes.csv") }
## pipeline training {
##     let model = fit(elastic_net(penalty: 0.1, share: 1.0), train: homes)
##     expect count(homes |> predict(model)) > 0
## }
## ```
operator elastic_net[R](
    penalty: float >= 0 = 1.0,
    share: float in 0.0..1.0 = 0.5,
    iterations: int >= 1 = 1000,
    tolerance: float > 0 = 1e-4,
) -> estimator[R & nonnull[features[R]] & only[features[R], number] & { target _: number } -> Value]

## Look for arguments of the estimators of a chain that do best on `valid` when learned from `train`, by tree-structured Parzen
## estimators (Bergstra et al. 2011); unpromising trials stop early, and those that fail are passed over. Gives the estimator with
## the best arguments found, not yet fitted.
##
## `over` names arguments and where to look for them: a range (both ends in), `log(range)` for a logarithmic scale, or a list
## of values; where several estimators have an argument of the name, `{ boosted_trees: { seed: .. } }` says whose. A list of
## such records is a choice between them.
##
## It looks for `budget` of time, or makes so many `trials`. The same seed gives the same trials; how many of them a budget
## holds depends on the machine.
##
## ```gml run
## use std.learn.{boosted_trees, tune}
## use std.prep.{impute}
## use std.metrics.{auc}
## param budget: duration = 60s
## catalog { visits: table { id visitor: str, pages: int, spent: float, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let chain = impute(mean, [.spent]) >> boosted_trees(objective: binary, rounds: 500, stop_after: 20)
##     let best = tune(chain, train: data.train, valid: data.valid, maximize: auc, budget: budget, seed: 1, over: {
##         depth: 2..10, leaves: log(4..256), learning_rate: log(0.001..1.0), how: [mean, median],
##     })
##     track evaluate(fit(best, train: data.train, valid: data.valid), on: [data.test], metrics: [auc])
## }
## ```
operator tune[R, O](
    learner: estimator[R -> model[R -> O]],
    train: table[R] in train,
    valid: table[R] in valid,
    maximize: metric,
    over: space[learner],
    budget: duration > 0s,
    seed: int = 0,
) -> same[learner]

## Make so many trials.
operator tune[R, O](
    learner: estimator[R -> model[R -> O]],
    train: table[R] in train,
    valid: table[R] in valid,
    maximize: metric,
    over: space[learner],
    trials: int >= 1,
    seed: int = 0,
) -> same[learner]

## Look for what makes the metric small.
operator tune[R, O](
    learner: estimator[R -> model[R -> O]],
    train: table[R] in train,
    valid: table[R] in valid,
    minimize: metric,
    over: space[learner],
    budget: duration > 0s,
    seed: int = 0,
) -> same[learner]

## Look for what makes the metric small, in so many trials.
operator tune[R, O](
    learner: estimator[R -> model[R -> O]],
    train: table[R] in train,
    valid: table[R] in valid,
    minimize: metric,
    over: space[learner],
    trials: int >= 1,
    seed: int = 0,
) -> same[learner]

## Look for arguments of an estimator that learns from sequences, by what `evaluate` says of `valid` (`hit_rate(k)`, `mrr(k)`,
## `ndcg(k)` and their like). Of trials of networks those are given up whose epochs, judged by the first 20 items, will end worse
## than others; where `coverage(k)` or `novelty(k)` is looked for, all run to their end.
##
## ```gml run
## use std.graph.{sequences, gru4rec}
## use std.learn.{tune}
## use std.metrics.{hit_rate, mrr}
## param budget: duration = 30min
## catalog { clicks: table { group session: int, id item: str, time at: timestamp } = csv("clicks.csv") }
## pipeline training {
##     let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(7d))
##     let best = tune(gru4rec(epochs: 10, seed: 1), train: data.train, valid: data.valid, maximize: mrr(20), budget: budget, seed: 1, over: {
##         dimension: log(16..256), learning_rate: log(0.0001..0.01), dropout: 0.0..0.5,
##     })
##     track evaluate(fit(best, train: data.train, valid: data.valid), on: [data.test], metrics: [hit_rate(20), mrr(20)])
## }
## ```
operator tune[K, I](
    learner: estimator[sequences[I] -> recommender[I]],
    train: sequences[K, I] in train,
    valid: sequences[K, I] in valid,
    maximize: metric,
    over: space[learner],
    budget: duration > 0s,
    seed: int = 0,
) -> same[learner]

## Make so many trials of an estimator that learns from sequences.
operator tune[K, I](
    learner: estimator[sequences[I] -> recommender[I]],
    train: sequences[K, I] in train,
    valid: sequences[K, I] in valid,
    maximize: metric,
    over: space[learner],
    trials: int >= 1,
    seed: int = 0,
) -> same[learner]

## Without `train` and `valid`: an estimator that is tuned where it is fitted, on the rows or sequences that `fit` is given there, and
## then learns from them with the best arguments found. `fit(tune(learner, over: ..), train: .., valid: ..)` makes the trials and
## learns the model of `fit(tune(learner, train: .., valid: .., over: ..), train: .., valid: ..)`.
##
## It may end a chain: `recipe >> tune(learner, over: ..)` is tuned with the recipe before it. `over` names arguments of `learner`;
## to look for those of the recipe too, tune all of it: `tune(recipe >> learner, over: ..)`.
##
## ```gml
## use std.learn.{ridge, tune}
## use std.metrics.{rmse}
## use std.prep.{scale}
## schema Home { rooms: float, target price: float }
## test "tuned where it is fitted" {
##     let sold = table[Home] [{ rooms: 1.0, price: 110.0 }, { rooms: 2.0, price: 190.0 }, { rooms: 4.0, price: 405.0 }]
##     let later = table[Home] [{ rooms: 3.0, price: 300.0 }, { rooms: 5.0, price: 500.0 }]
##     let tuned = scale([.rooms]) >> tune(ridge(), minimize: rmse, over: { l2: log(0.001..100.0) }, trials: 10, seed: 1)
##     let model = fit(tuned, train: sold, valid: later)
##     expect first(later |> predict(model)).value in 280.0..320.0
## }
## ```
operator tune[R, L](
    learner: estimator[R -> L],
    maximize: metric,
    over: space[learner],
    budget: duration > 0s,
    seed: int = 0,
) -> tuned[learner]

## Tuned where it is fitted, in so many trials.
operator tune[R, L](
    learner: estimator[R -> L],
    maximize: metric,
    over: space[learner],
    trials: int >= 1,
    seed: int = 0,
) -> tuned[learner]

## Tuned where it is fitted, for what makes the metric small.
operator tune[R, L](
    learner: estimator[R -> L],
    minimize: metric,
    over: space[learner],
    budget: duration > 0s,
    seed: int = 0,
) -> tuned[learner]

## Tuned where it is fitted, for what makes the metric small, in so many trials.
operator tune[R, L](
    learner: estimator[R -> L],
    minimize: metric,
    over: space[learner],
    trials: int >= 1,
    seed: int = 0,
) -> tuned[learner]

## Fit and judge an estimator `folds` times, each time on other rows: `random` parts, parts with equal shares of each value of the
## target (`stratified`), parts that share no value of `by` (`group`), or rows that come after those learned from, by the `time`
## column (`time`). The metrics are the means over the folds, with their standard deviations (`auc.deviation`); their partition is
## called `folds`.
##
## ```gml run
## use std.learn.{boosted_trees, cross_validate}
## use std.metrics.{auc}
## catalog { visits: table { id visitor: str, pages: int, spent: float, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     track cross_validate(boosted_trees(objective: binary), on: visits, metrics: [auc], folds: 5, split: stratified, seed: 1)
## }
## ```
operator cross_validate[R, O](
    learner: estimator[R -> model[R -> O]],
    on: table[R & case[split, "time", { time _: dated }]] in train,
    metrics: list[metric],
    folds: int in 2..1000 = 5,
    split: enum["random", "stratified", "time"] = random,
    seed: int = if split == "time" then 0 else none,
) -> metrics

## Keep rows with equal `by` in one part.
operator cross_validate[R, O, G](
    learner: estimator[R -> model[R -> O]],
    on: table[R] in train,
    metrics: list[metric],
    folds: int in 2..1000 = 5,
    split: enum["group"],
    by: keys[R -> G],
    seed: int = 0,
) -> metrics

## Find a model without being told how: recipes that follow from the types and roles of the columns, linear models, boosted
## trees tuned from several starts, and an ensemble of the best by greedy selection (Caruana et al. 2004). What it predicts
## follows from the type of the target: a bool, text (classes) or a number.
##
## Models learn from `train` and are judged by the metric on `valid`; what was found learns anew from the rows of both where the
## budget leaves time for it. Dates come apart, texts of several words become words; columns of lists and structs, those that are
## null everywhere and texts with another value in nearly every row are left out. An ensemble predicts the mean of log odds, or of
## values. The search ends with the budget: what is being learned then is given up, but for the first model, which keeps the trees
## that it has. How many models a budget holds, and so what is found, depends on the machine.
##
## `leaderboard` has every model that was tried, the best first, its metric on `valid` and how long it took; the score is NaN where
## a model could not be learned, and its name says why.
##
## ```gml run
## use std.learn.{automl}
## use std.metrics.{auc}
## param budget: duration = 60s
## catalog { visits: table { id visitor: str, pages: int, spent: float, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let found = automl(train: data.train, valid: data.valid, maximize: auc, budget: budget, seed: 1)
##     track evaluate(found.model, on: [data.test], metrics: [auc])
##     expect count(found.leaderboard) > 1
## }
## ```
operator automl[R](
    train: table[R & { target _: learnable }] in train,
    valid: table[R] in valid,
    maximize: metric,
    budget: duration > 0s,
    seed: int = 0,
) -> {
    model: model[R -> by_target[R, "bool", Probability, "text", Classes, "number", Value]],
    leaderboard: table { model: str, score: float, seconds: float },
}

## Find the model that makes the metric small.
operator automl[R](
    train: table[R & { target _: learnable }] in train,
    valid: table[R] in valid,
    minimize: metric,
    budget: duration > 0s,
    seed: int = 0,
) -> {
    model: model[R -> by_target[R, "bool", Probability, "text", Classes, "number", Value]],
    leaderboard: table { model: str, score: float, seconds: float },
}

## One ranking of several: the score of a row is the sum of `weight / (60 + place)` over the models, its place counted from 1 within
## its `group` (reciprocal rank fusion, Cormack et al. 2009); equal scores keep the order of the rows. Without `weights` all count
## the same.
##
## ```gml run
## use std.learn.{boosted_trees, blend}
## use std.metrics.{ndcg}
## catalog { shown: table { group search: int, price: float, target relevance: int } = csv("shown.csv") }
## pipeline training {
##     let data = shown |> split_group(by: [.search], train: 80%, test: 20%, seed: 1)
##     let wide = fit(boosted_trees(objective: lambdarank), train: data.train)
##     let deep = fit(boosted_trees(objective: lambdarank, depth: 12), train: data.train)
##     track evaluate(blend([wide, deep]), on: [data.test], metrics: [ndcg(10)])
## }
## ```
operator blend[R](models: list[model[R -> { score: float, .. }]], weights: list[float] >= 0 = []) -> model[R -> Rank]

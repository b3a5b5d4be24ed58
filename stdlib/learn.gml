## Estimators that learn models.

## Gradient-boosted trees (LightGBM). The features are the columns without a role: numbers, bool as 0 and 1, and category,
## enum and str as categories. Null is a missing value, and so is a text that was not there in training. A column with the
## role `weight` tells how much each row counts.
##
## The target is a bool for `binary`, text or a whole number for `multiclass`, a number for `regression`, and a whole
## number from 0 to 30 (the relevance) for `lambdarank`, whose queries are the rows with the same `group` column, wherever
## they stand. Classes are ordered: numbers by size, texts by their letters.
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
## ```gml check
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
operator boosted_trees[R](
    objective: enum["binary", "multiclass", "regression", "lambdarank"],
    rounds: int = 100,
    stop_after: int? = null,
    learning_rate: float = 0.1,
    leaves: int = 31,
    depth: int? = null,
    min_rows: int = 20,
    min_hessian: float = 0.001,
    min_gain: float = 0.0,
    row_fraction: float = 1.0,
    resample_every: int = 1,
    column_fraction: float = 1.0,
    l1: float = 0.0,
    l2: float = 0.0,
    bins: int = 255,
    positive_weight: float = 1.0,
    category_smoothing: float = 10.0,
    category_l2: float = 10.0,
    truncation: int = 30,
    seed: int = if row_fraction == 1.0 and column_fraction == 1.0 then 0 else none,
) -> estimator[
    R
        & case[
            objective,
            "binary",
            { target _: bool },
            "multiclass",
            { target _: discrete },
            "regression",
            { target _: number },
            "lambdarank",
            { target _: integer, group _: discrete },
        ]
        -> case[objective, "binary", Probability, "multiclass", Classes, "regression", Value, "lambdarank", Rank],
]

## Estimators that learn models.

## Gradient-boosted trees (LightGBM). Columns of type category, enum and str are split as categories, bool as 0 and 1.
## The target is a bool for `binary`, text or a whole number for `multiclass`, a number for `regression`, and a whole
## number (the relevance) for `lambdarank`, whose queries are the rows with the same `group` column.
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
    seed: int = 0,
) -> estimator[R & case[objective, "binary", { target _: bool }, "multiclass", { target _: discrete }, "regression", { target _: number }, "lambdarank", { target _: integer, group _: discrete }] -> case[objective, "binary", Probability, "multiclass", Classes, "regression", Value, "lambdarank", Rank]]

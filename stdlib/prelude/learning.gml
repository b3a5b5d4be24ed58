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
operator fit[R, L](learner: estimator[R -> L], train: table[R] in train, valid: table[R]? in valid = null) -> L

## Add what the model says to each row. Rows keep their order and all their columns; a column of the same name is replaced.
operator predict[R, S, O](input: table[S & features[R]], model: model[R -> O]) -> table[S + O]

## Apply a fitted transform to each row.
operator apply[R, S](input: table[R], transform: transform[R -> S]) -> table[S]

## Judge a model on rows whose target is known: every metric on every table, under the name of its partition.
operator evaluate[R, O](model: model[R -> O], on: list[table[R]], metrics: list[metric], in_sample: bool = false) -> metrics

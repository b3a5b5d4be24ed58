## Metrics. Their names in the run record carry their arguments (`ndcg(10)`).

## Area under the ROC curve: the chance that a positive is scored above a negative; ties count half.
function auc() -> metric

## Mean negative log likelihood, probabilities clipped to 1e-15..1 - 1e-15.
function log_loss() -> metric

## Mean squared difference of probability and outcome (Brier 1950).
function brier() -> metric

## Share of rows whose likeliest class is the right one; binary: probability at least `threshold` says true.
function accuracy(threshold: float = 0.5) -> metric

## Average precision: precision at each positive, averaged (no interpolation).
function average_precision() -> metric

## Root of the mean squared error.
function rmse() -> metric

## Mean absolute error.
function mae() -> metric

## Normalised discounted cumulative gain of the first `k` of each group, gain 2^relevance - 1, discount log2(place + 1)
## (Burges 2005); a group without relevant rows counts 1.
function ndcg(k: int) -> metric

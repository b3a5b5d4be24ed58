## Metrics. Their names in the run record carry their arguments (`ndcg(10)`; `accuracy` at 0.5 bare). Where the rows have a
## column with the role `weight`, each counts by it, but for `ndcg`. A metric that has no meaning for what the model
## predicts, or for rows of a single class (`auc`), is an error.

## Area under the ROC curve: the chance that a positive is scored above a negative; ties count half.
function auc() -> metric

## Mean negative log likelihood of what came to be, `binary` or of several classes; probabilities clipped to
## 1e-15..1 - 1e-15, a class that the model does not know having 0.
function log_loss() -> metric

## Mean squared difference of probability and outcome (Brier 1950).
function brier() -> metric

## Share of rows whose likeliest class is the right one; binary: probability at least `threshold` says true.
function accuracy(threshold: float = 0.5) -> metric

## Average precision: precision at each positive, averaged (no interpolation); rows of equal score count together.
function average_precision() -> metric

## Root of the mean squared error.
function rmse() -> metric

## Mean absolute error.
function mae() -> metric

## Normalised discounted cumulative gain of the first `k` of each group, gain 2^relevance - 1, discount log2(place + 1)
## (Burges et al. 2005); equal scores keep the order of the rows, a group without relevant rows counts 1.
function ndcg(k: int) -> metric

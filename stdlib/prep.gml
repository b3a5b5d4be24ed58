## Preparation: steps of a recipe. They learn from the rows to learn from, and nothing else.

## Put what was learned where there is null: the column's mean, median, most frequent value, or zero.
operator impute[R, K](how: enum["mean", "median", "most_frequent", "zero"], columns: keys[R -> K]) -> estimator[R -> transform[R -> R + imputed[K, how]]]

## Put a value where there is null.
operator impute[R, K, T: scalar](value: T, columns: keys[R -> K]) -> estimator[R -> transform[R -> R + nonnull[K]]]

## One column of 0 and 1 for each value, `column_value`, in order of first appearance. Null, and a value that was not
## there in training, are 0 in all of them. The columns themselves are dropped, the new ones come last.
operator one_hot[R, K](columns: keys[R -> K]) -> estimator[R -> transform[R -> (R - K) + indicators[K]]]

## Numbers instead of values: 1, 2, .. in order of first appearance, -1 for one that was not there in training.
operator ordinal[R, K](columns: keys[R -> K]) -> estimator[R -> transform[R -> R + retyped[K, int]]]

## Scale numbers: `standard` to mean 0 and standard deviation 1, `minmax` to 0..1, `robust` by median and quartiles.
operator scale[R, K](columns: keys[R -> K], how: enum["standard", "minmax", "robust"] = standard) -> estimator[R -> transform[R -> R + retyped[K, float]]]

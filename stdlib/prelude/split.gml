## Splits: rows to learn from, to stop and tune on, to judge on. The parts carry their names in their types; their rows keep
## their order. Shares lie above 0 and add up to 1 at most; what they leave over is in no part.

## A period that ends with the last row.
function last(length: duration) -> period

## Parts by time: the rows whose `by` lies in each range. Rows in none of them are in no part; ranges must not overlap.
operator split_time[R, T: dated](
    input: table[R],
    by: row[R] -> T,
    train: range[T],
    valid: range[T]? = null,
    test: range[T]? = null,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts by time, counted back from the last row: `test` is the end, `valid` lies before it, `train` is the rest. Of dates,
## `last(3d)` is the last day and the two before it.
operator split_time[R, T: dated](
    input: table[R],
    by: row[R] -> T,
    valid: period? = null,
    test: period? = null,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random, a row at a time; the shares are exact, but for rounding to whole rows.
operator split_random[R](
    input: table[R], train: float, valid: float? = null, test: float? = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random in which every value of `by` has the same shares, exact but for rounding to whole rows.
operator split_stratified[R, K](
    input: table[R], by: columns[R -> K], train: float, valid: float? = null, test: float? = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random in which all rows with the same `by` are in the same part. The shares are those of the values of `by`.
operator split_group[R, K](
    input: table[R], by: columns[R -> K], train: float, valid: float? = null, test: float? = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

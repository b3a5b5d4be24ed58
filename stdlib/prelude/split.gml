## Splits: rows to learn from, to stop and tune on, to judge on. The parts carry their names in their types.

## A period that ends with the last row.
function last(length: duration) -> period

## Parts by time: the rows whose `by` lies in each range. Rows in none of them are in no part.
operator split_time[R, T: dated](
    input: table[R],
    by: row[R] -> T,
    train: range[T],
    valid: range[T]? = null,
    test: range[T]? = null,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts by time, counted back from the last row: `test` is the end, `valid` lies before it, `train` is the rest.
operator split_time[R, T: dated](
    input: table[R],
    by: row[R] -> T,
    valid: period? = null,
    test: period? = null,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random, a row at a time.
operator split_random[R](
    input: table[R], train: float, valid: float? = null, test: float? = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random in which every value of `by` has the same shares.
operator split_stratified[R, K](
    input: table[R], by: columns[R -> K], train: float, valid: float? = null, test: float? = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

## Parts at random in which all rows with the same `by` are in the same part.
operator split_group[R, K](
    input: table[R], by: columns[R -> K], train: float, valid: float? = null, test: float? = null, seed: int,
) -> { train: table[R] in train, valid: table[R] in valid if valid, test: table[R] in test if test }

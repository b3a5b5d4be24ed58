## Aggregates: one value of many rows. `where:` takes only the rows that satisfy it (null does not), `last:` (in `derive`
## with `order`) only those of that stretch of time up to the row: `last: 7d` those later than seven days before it. Nulls
## are passed over, unless said otherwise. Not-a-number counts as larger than every number.

## How many rows.
aggregate count(where: bool? = true, last: const[duration?] = null) -> int else 0

## How many rows in which the value is not null.
aggregate count_values[T](values: T?, where: bool? = true, last: const[duration?] = null) -> int else 0

## How many different values, null not counted.
aggregate distinct_count[T](values: T?, where: bool? = true) -> int else 0

## The sum. A whole sum that does not fit its type stops the run.
aggregate sum[T: number](values: T, where: bool? = true, last: const[duration?] = null) -> T else 0

## The arithmetic mean.
aggregate mean(values: float, where: bool? = true, last: const[duration?] = null) -> float

## The median; of an even number of values the mean of the two in the middle.
aggregate median(values: float, where: bool? = true) -> float

## The value below which the share `q` of the values lies, interpolated linearly.
aggregate quantile(values: float, q: const[float], where: bool? = true) -> float

## The sample standard deviation (divided by n - 1); null for fewer than two values.
aggregate std(values: float, where: bool? = true, last: const[duration?] = null) -> float?

## The sample variance (divided by n - 1); null for fewer than two values.
aggregate variance(values: float, where: bool? = true, last: const[duration?] = null) -> float?

## The smallest value.
aggregate min[T: ordered](values: T, where: bool? = true, last: const[duration?] = null) -> T

## The largest value.
aggregate max[T: ordered](values: T, where: bool? = true, last: const[duration?] = null) -> T

## The value in the first row: the one with the smallest `by`, where given (ties: the first of them; null comes last). It
## may be null.
aggregate first[T, B: ordered](values: T, by: B? = null, where: bool? = true) -> T

## The value in the last row: the one with the largest `by`, where given (ties: the last of them; null comes first). It may
## be null.
aggregate last[T, B: ordered](values: T, by: B? = null, where: bool? = true) -> T

## The most frequent value; of several the one that came first.
aggregate mode[T](values: T, where: bool? = true) -> T

## Whether the condition holds in any row.
aggregate any(condition: bool, where: bool? = true, last: const[duration?] = null) -> bool else false

## Whether the condition holds in every row.
aggregate all(condition: bool, where: bool? = true, last: const[duration?] = null) -> bool else true

## All values as a list, in row order.
aggregate collect[T](values: T, where: bool? = true) -> list[T] else []

## The largest value in the whole table, whatever the group.
aggregate dataset_max[T: ordered](values: T) -> T

## The smallest value in the whole table, whatever the group.
aggregate dataset_min[T: ordered](values: T) -> T

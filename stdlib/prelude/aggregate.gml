## Aggregates: one value of many rows. `where:` takes only the rows that satisfy it (null does not), `last:` (in `derive`
## with `order`) only those of that stretch of time up to the row: `last: 7d` those later than seven days before it. Nulls
## are passed over, unless said otherwise. Not-a-number counts as larger than every number.

## How many rows.
##
## ```gml
## test "count" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = count(where: .pages > 1) }
##     expect first(of_all).value == 3
## }
## ```
aggregate count(where: bool? = true, last: const[duration?] > 0s = null) -> int else 0

## How many rows in which the value is not null.
##
## ```gml
## test "count_values" {
##     let visits = table { pages: int? } [{ pages: 1 }, { pages: null }]
##     let of_all = visits |> group { value = count_values(.pages) }
##     expect first(of_all).value == 1
## }
## ```
aggregate count_values[T](values: T?, where: bool? = true, last: const[duration?] > 0s = null) -> int else 0

## How many different values, null not counted.
##
## ```gml
## test "distinct_count" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = distinct_count(.pages) }
##     expect first(of_all).value == 3
## }
## ```
aggregate distinct_count[T](values: T?, where: bool? = true) -> int else 0

## The sum. A whole sum that does not fit its type stops the run; the sum of decimals has 38 digits, as many of them behind the
## point as they have.
##
## ```gml
## test "sum" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = sum(.pages) }
##     expect first(of_all).value == 16
## }
## ```
aggregate sum[T: number](values: T, where: bool? = true, last: const[duration?] > 0s = null) -> summed[T] else 0

## The arithmetic mean.
##
## ```gml
## test "mean" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = mean(.pages) }
##     expect first(of_all).value == 4.0
## }
## ```
aggregate mean(values: float, where: bool? = true, last: const[duration?] > 0s = null) -> float

## The mean length of time.
aggregate mean(values: duration, where: bool? = true, last: const[duration?] > 0s = null) -> duration

## What lies in the middle of vectors: the mean of each of their numbers. Of articles that someone bought it is what that person likes.
##
## ```gml run
## catalog { bought: table { group customer: str, looks: vector[32] } = parquet("bought.parquet") }
## pipeline features { expect count(bought |> group(by: [.customer]) { taste = mean(.looks) }) > 0 }
## ```
aggregate mean[V: vector](values: V, where: bool? = true) -> V

## The median; of an even number of values the mean of the two in the middle.
##
## ```gml
## test "median" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = median(.pages) }
##     expect first(of_all).value == 3.0
## }
## ```
aggregate median(values: float, where: bool? = true) -> float

## The value below which the share `q` of the values lies, interpolated linearly.
##
## ```gml
## test "quantile" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = quantile(.pages, 0.25) }
##     expect first(of_all).value == 2.5
## }
## ```
aggregate quantile(values: float, q: const[float] in 0.0..1.0, where: bool? = true) -> float

## The sample standard deviation (divided by n - 1); null for fewer than two values.
##
## ```gml
## test "std" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 5 }]
##     let of_all = visits |> group { value = std(.pages) }
##     expect first(of_all).value == 2.0
## }
## ```
aggregate std(values: float, where: bool? = true, last: const[duration?] > 0s = null) -> float?

## The sample variance (divided by n - 1); null for fewer than two values.
##
## ```gml
## test "variance" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 5 }]
##     let of_all = visits |> group { value = variance(.pages) }
##     expect first(of_all).value == 4.0
## }
## ```
aggregate variance(values: float, where: bool? = true, last: const[duration?] > 0s = null) -> float?

## The smallest value.
##
## ```gml
## test "min" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = min(.pages) }
##     expect first(of_all).value == 1
## }
## ```
aggregate min[T: ordered](values: T, where: bool? = true, last: const[duration?] > 0s = null) -> T

## The largest value.
##
## ```gml
## test "max" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = max(.pages) }
##     expect first(of_all).value == 9
## }
## ```
aggregate max[T: ordered](values: T, where: bool? = true, last: const[duration?] > 0s = null) -> T

## The value in the first row: the one with the smallest `by`, where given (ties: the first of them; null comes last). It
## may be null.
##
## ```gml
## test "first" {
##     let visits = table { pages: int } [{ pages: 9 }, { pages: 1 }]
##     let of_all = visits |> group { value = first(.pages, by: .pages) }
##     expect first(of_all).value == 1
## }
## ```
aggregate first[T, B: ordered](values: T, by: B? = null, where: bool? = true) -> T

## The value in the last row: the one with the largest `by`, where given (ties: the last of them; null comes first). It may
## be null.
##
## ```gml
## test "last" {
##     let visits = table { pages: int } [{ pages: 9 }, { pages: 1 }]
##     let of_all = visits |> group { value = last(.pages, by: .pages) }
##     expect first(of_all).value == 9
## }
## ```
aggregate last[T, B: ordered](values: T, by: B? = null, where: bool? = true) -> T

## The most frequent value; of several the one that came first.
##
## ```gml
## test "mode" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = mode(.pages) }
##     expect first(of_all).value == 3
## }
## ```
aggregate mode[T](values: T, where: bool? = true) -> T

## Whether the condition holds in any row.
##
## ```gml
## test "any" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = any(.pages > 5) }
##     expect first(of_all).value
## }
## ```
aggregate any(condition: bool, where: bool? = true, last: const[duration?] > 0s = null) -> bool else false

## Whether the condition holds in every row.
##
## ```gml
## test "all" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = all(.pages > 0) }
##     expect first(of_all).value
## }
## ```
aggregate all(condition: bool, where: bool? = true, last: const[duration?] > 0s = null) -> bool else true

## All values as a list, in row order.
##
## ```gml
## test "collect" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 3 }, { pages: 3 }, { pages: 9 }]
##     let of_all = visits |> group { value = collect(.pages, where: .pages > 1) }
##     expect first(of_all).value == [3, 3, 9]
## }
## ```
aggregate collect[T](values: T, where: bool? = true) -> list[T] else []

## The largest value in the whole table, whatever the group.
##
## ```gml
## test "dataset_max" {
##     let visits = table { day: date } [{ day: @2021-01-03 }, { day: @2021-01-01 }]
##     let ages = visits |> group(by: [.day]) { before = dataset_max(.day) }
##     expect first(ages).before == @2021-01-03
## }
## ```
aggregate dataset_max[T: ordered](values: T) -> T

## The smallest value in the whole table, whatever the group.
##
## ```gml
## test "dataset_min" {
##     let visits = table { day: date } [{ day: @2021-01-03 }, { day: @2021-01-01 }]
##     let ages = visits |> group(by: [.day]) { before = dataset_min(.day) }
##     expect first(ages).before == @2021-01-01
## }
## ```
aggregate dataset_min[T: ordered](values: T) -> T

## Window functions: a value a row, of the rows around it in the `order` of a `derive`.

## The value `n` rows earlier; null where there is none.
##
## ```gml
## test "lag" {
##     let visits = table { day: date, pages: int } [{ day: @2021-01-01, pages: 4 }, { day: @2021-01-03, pages: 7 }]
##     let along = visits |> derive(order: [.day]) { value = lag(.pages) }
##     expect first(along |> take_last(1, by: .day)).value == 4
## }
## ```
window lag[T](values: earlier[T], n: const[int] >= 1 = 1) -> T?

## The value `n` rows later; null where there is none.
##
## ```gml
## test "lead" {
##     let visits = table { day: date, pages: int } [{ day: @2021-01-01, pages: 4 }, { day: @2021-01-03, pages: 7 }]
##     let along = visits |> derive(order: [.day]) { value = lead(.pages) }
##     expect first(along).value == 7
## }
## ```
window lead[T](values: later[T], n: const[int] >= 1 = 1) -> T?

## The difference from the row before; null in the first row.
##
## ```gml
## test "difference" {
##     let visits = table { day: date, pages: int } [{ day: @2021-01-01, pages: 4 }, { day: @2021-01-03, pages: 7 }]
##     let along = visits |> derive(order: [.day]) { value = difference(.pages) }
##     expect first(along |> take_last(1, by: .day)).value == 3
## }
## ```
window difference[T: number](values: T) -> difference[T]?

## The time since the row before; null in the first row. The rows of a `group` have no order: within an aggregate of one they are
## taken in the order of the time itself.
##
## ```gml
## test "gap" {
##     let visits = table { day: date, pages: int } [{ day: @2021-01-04, pages: 7 }, { day: @2021-01-01, pages: 4 }]
##     let along = visits |> derive(order: [.day]) { value = gap(.day) }
##     expect first(along |> take_last(1, by: .day)).value == 3d
##     expect first(visits |> group { value = mean(gap(.day)) }).value == 3d
## }
## ```
window gap[T: temporal](values: T) -> duration?

## The place of the row in its window, from 1.
##
## ```gml
## test "row_number" {
##     let visits = table { day: date, pages: int } [{ day: @2021-01-01, pages: 4 }, { day: @2021-01-03, pages: 7 }]
##     let along = visits |> derive(order: [.day]) { value = row_number() }
##     expect first(along |> take_last(1, by: .day)).value == 2
## }
## ```
window row_number() -> int

## The place of the row by the order, from 1; equal rows share the smallest.
##
## ```gml
## test "rank" {
##     let visits = table { day: date, pages: int } [{ day: @2021-01-01, pages: 4 }, { day: @2021-01-03, pages: 7 }]
##     let along = visits |> derive(order: [.day]) { value = rank() }
##     expect first(along |> take_last(1, by: .day)).value == 2
## }
## ```
window rank() -> int

## The last value that was not null, this row's included.
##
## ```gml
## test "last_known" {
##     let visits = table { day: date, pages: int? } [{ day: @2021-01-01, pages: 4 }, { day: @2021-01-03, pages: null }]
##     let along = visits |> derive(order: [.day]) { value = last_known(.pages) }
##     expect first(along |> take_last(1, by: .day)).value == 4
## }
## ```
window last_known[T](values: T?) -> T?

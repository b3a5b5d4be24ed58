## Lists: in a condition over the items the dot is the item's fields, or `.item` where the items are no structs.

## The first item for which the condition holds; null where there is none.
##
## ```gml
## test "find" { expect [1, 5, 9].find(.item > 3) == 5 }
## ```
function find[T](items: list[T], condition: row[T] -> bool?) -> T?

## The items for which the condition holds; null does not hold.
##
## ```gml
## test "where_items" { expect [1, 5, 9].where_items(.item > 3) == [5, 9] }
## ```
function where_items[T](items: list[T], condition: row[T] -> bool?) -> list[T]

## A value of each item.
##
## ```gml
## test "each" { expect [1, 2].each(.item * 10) == [10, 20] }
## ```
function each[T, U](items: list[T], value: row[T] -> U) -> list[U]

## Whether the condition holds for some item.
##
## ```gml
## test "any_item" { expect [1, 5].any_item(.item > 3) }
## ```
function any_item[T](items: list[T], condition: row[T] -> bool?) -> bool

## Whether the condition holds for every item.
##
## ```gml
## test "all_items" { expect not [1, 5].all_items(.item > 3) }
## ```
function all_items[T](items: list[T], condition: row[T] -> bool?) -> bool

## How many items there are.
##
## ```gml
## test "length" { expect [1, 5].length() == 2 }
## ```
function length[T](items: list[T]) -> int

## Whether the value is among the items.
##
## ```gml
## test "contains" { expect ["a", "b"].contains("b") }
## ```
function contains[T](items: list[T], value: T) -> bool

## The item at a place, from 0; negative places count from the end; null where there is none.
##
## ```gml
## test "at" {
##     expect ["a", "b"].at(-1) == "b"
##     expect ["a", "b"].at(2) is null
## }
## ```
function at[T](items: list[T], place: int) -> T?

## The items without repetition, in order of first appearance. Null counts as an item.
##
## ```gml
## test "unique_items" { expect [2, 1, 2].unique_items() == [2, 1] }
## ```
function unique_items[T](items: list[T]) -> list[T]

## The sum of the items; nulls are passed over, here and below.
##
## ```gml
## test "sum_items" { expect [1, 2].sum_items() == 3 }
## ```
function sum_items[T: number](items: list[T]) -> summed[T]

## The arithmetic mean of the items; null of none.
##
## ```gml
## test "mean_items" { expect [1, 2].mean_items() == 1.5 }
## ```
function mean_items[T: number](items: list[T]) -> float?

## The smallest item; null of none.
##
## ```gml
## test "min_items" { expect [3, 1, 2].min_items() == 1 }
## ```
function min_items[T: ordered](items: list[T]) -> T?

## The largest item; null of none.
##
## ```gml
## test "max_items" { expect [3, 1, 2].max_items() == 3 }
## ```
function max_items[T: ordered](items: list[T]) -> T?

## The items in rising order, nulls last.
##
## ```gml
## test "sort_items" { expect [3, 1, 2].sort_items() == [1, 2, 3] }
## ```
function sort_items[T: ordered](items: list[T]) -> list[T]

## The texts with `separator` between them.
##
## ```gml
## test "concat_items" { expect ["a", "b"].concat_items("-") == "a-b" }
## ```
function concat_items(items: list[str], separator: const[str] = "") -> str

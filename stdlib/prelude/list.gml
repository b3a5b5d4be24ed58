## Lists: in a condition over the items the dot is the item's fields, or `.item` where the items are no structs.

## The first item for which the condition holds; null where there is none.
function find[T](items: list[T], condition: row[T] -> bool?) -> T?

## The items for which the condition holds; null does not hold.
function where_items[T](items: list[T], condition: row[T] -> bool?) -> list[T]

## A value of each item.
function each[T, U](items: list[T], value: row[T] -> U) -> list[U]

## Whether the condition holds for some item.
function any_item[T](items: list[T], condition: row[T] -> bool?) -> bool

## Whether the condition holds for every item.
function all_items[T](items: list[T], condition: row[T] -> bool?) -> bool

## How many items there are.
function length[T](items: list[T]) -> int

## Whether the value is among the items.
function contains[T](items: list[T], value: T) -> bool

## The item at a place, from 0; negative places count from the end; null where there is none.
function at[T](items: list[T], place: int) -> T?

## The items without repetition, in order of first appearance. Null counts as an item.
function unique_items[T](items: list[T]) -> list[T]

## The sum of the items; nulls are passed over, here and below.
function sum_items[T: number](items: list[T]) -> T

## The arithmetic mean of the items; null of none.
function mean_items[T: number](items: list[T]) -> float?

## The smallest item; null of none.
function min_items[T: ordered](items: list[T]) -> T?

## The largest item; null of none.
function max_items[T: ordered](items: list[T]) -> T?

## The items in rising order, nulls last.
function sort_items[T: ordered](items: list[T]) -> list[T]

## The texts with `separator` between them.
function concat_items(items: list[str], separator: const[str] = "") -> str

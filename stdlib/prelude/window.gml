## Window functions: a value a row, of the rows around it in the `order` of a `derive`.

## The value `n` rows earlier; null where there is none.
window lag[T](values: T, n: const[int] = 1) -> T?

## The value `n` rows later; null where there is none.
window lead[T](values: T, n: const[int] = 1) -> T?

## The difference from the row before; null in the first row.
window difference[T: number](values: T) -> T?

## The time since the row before; null in the first row.
window gap[T: temporal](values: T) -> duration?

## The place of the row in its window, from 1.
window row_number() -> int

## The place of the row by the order, from 1; equal rows share the smallest.
window rank() -> int

## The last value that was not null, this row's included.
window last_known[T](values: T?) -> T?

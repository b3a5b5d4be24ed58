## Numbers.

## Without its sign.
function abs[T: number](x: T) -> T

## Rounded to `digits` behind the point, halves away from zero.
function round(x: float, digits: const[int] = 0) -> float

## The largest whole number that is not larger.
function floor(x: float) -> float

## The smallest whole number that is not smaller.
function ceil(x: float) -> float

## Square root; not a number below zero.
function sqrt(x: float) -> float

## e to the power of x.
function exp(x: float) -> float

## Natural logarithm.
function ln(x: float) -> float

## Logarithm to the base 10.
function log10(x: float) -> float

## Natural logarithm of 1 + x.
function log1p(x: float) -> float

## -1, 0 or 1.
function sign[T: number](x: T) -> T

## Not below `low`, not above `high`.
function clip[T: number](x: T, low: T, high: T) -> T

## Whether it is neither infinite nor not-a-number.
function is_finite(x: float) -> bool

## The number without what stands behind the point; null where that does not fit.
function to_whole(x: float) -> int?

## The number as a float.
function as_float[T: number](x: T) -> float

## 1 for true, 0 for false.
function as_int(x: bool) -> int

## The smaller of two.
function least[T: ordered](a: T, b: T) -> T

## The larger of two.
function greatest[T: ordered](a: T, b: T) -> T

## Which of `n` bins with equally many rows of the whole table the value falls into, from 0. Equal values are in the same
## bin; rows without a value are not counted.
window quantile_bin(x: float, n: const[int]) -> int

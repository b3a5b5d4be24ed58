## Numbers.

## Without its sign.
##
## ```gml
## test "abs" { expect abs(-2) == 2 }
## ```
function abs[T: number](x: T) -> T

## Rounded to `digits` behind the point, halves away from zero. What it gives is a float: decimals are rounded by `as_decimal`.
##
## ```gml
## test "round" {
##     expect 2.26.round(1) == 2.3
##     expect round(-2.5) == -3.0
## }
## ```
function round(x: float, digits: const[int] in -308..308 = 0) -> float

## The largest whole number that is not larger, as a float; of a decimal, `x // 1` is the same as a decimal.
##
## ```gml
## test "floor" { expect floor(-1.5) == -2.0 }
## ```
function floor(x: float) -> float

## The smallest whole number that is not smaller, as a float; of a decimal, `-(-x // 1)` is the same as a decimal.
##
## ```gml
## test "ceil" { expect ceil(1.2) == 2.0 }
## ```
function ceil(x: float) -> float

## Square root; not a number below zero.
##
## ```gml
## test "sqrt" { expect sqrt(9.0) == 3.0 }
## ```
function sqrt(x: float) -> float

## e to the power of x.
##
## ```gml
## test "exp" { expect exp(0.0) == 1.0 }
## ```
function exp(x: float) -> float

## Natural logarithm.
##
## ```gml
## test "ln" { expect ln(1.0) == 0.0 }
## ```
function ln(x: float) -> float

## Logarithm to the base 10.
##
## ```gml
## test "log10" { expect log10(100.0) == 2.0 }
## ```
function log10(x: float) -> float

## Natural logarithm of 1 + x.
##
## ```gml
## test "log1p" { expect log1p(0.0) == 0.0 }
## ```
function log1p(x: float) -> float

## -1, 0 or 1.
##
## ```gml
## test "sign" { expect sign(-3) == -1 and sign(0) == 0 }
## ```
function sign[T: number](x: T) -> signed[T]

## Not below `low`, not above `high`.
##
## ```gml
## test "clip" { expect clip(7, 0, 5) == 5 }
## ```
function clip[T: number](x: T, low: T, high: T) -> T

## Whether it is neither infinite nor not-a-number.
##
## ```gml
## test "is_finite" { expect is_finite(1.0) }
## ```
function is_finite(x: float) -> bool

## The number without what stands behind the point; null where that does not fit.
##
## ```gml
## test "to_whole" { expect to_whole(-2.7) == -2 }
## ```
function to_whole[T: number](x: T) -> int?

## The number as a float.
##
## ```gml
## test "as_float" { expect as_float(2) == 2.0 }
## ```
function as_float[T: number](x: T) -> float

## The number as a decimal of `precision` digits, `scale` of them behind the point: rounded, halves away from zero. One that has more
## digits before the point, and a float that is infinite or not a number, stops the run.
##
## ```gml
## test "as_decimal" {
##     expect as_decimal(2.345, 10, 2) == 2.35
##     expect as_decimal(1.0 / 3.0, precision: 5, scale: 4) * 3 == 0.9999
## }
## ```
function as_decimal[T: number](
    x: T,
    precision: const[int] in 1..38,
    scale: const[int] in 0..38 = 0,
) -> decimal[precision, scale]

## 1 for true, 0 for false.
##
## ```gml
## test "as_int" { expect as_int(2 > 1) == 1 }
## ```
function as_int(x: bool) -> int

## The smaller of two.
##
## ```gml
## test "least" { expect least(3, 5) == 3 }
## ```
function least[T: ordered](a: T, b: T) -> T

## The larger of two.
##
## ```gml
## test "greatest" { expect greatest(@2021-01-01, @2021-01-02) == @2021-01-02 }
## ```
function greatest[T: ordered](a: T, b: T) -> T

## Which of `n` bins with equally many rows of the whole table the value falls into, from 0. Equal values are in the same
## bin; rows without a value are not counted.
##
## ```gml
## test "quantile_bin" {
##     let visits = table { pages: int } [{ pages: 1 }, { pages: 2 }, { pages: 3 }, { pages: 9 }]
##     expect first(visits |> derive { half = .pages.quantile_bin(2) }).half == 0
## }
## ```
window quantile_bin(x: float, n: const[int] >= 1) -> int

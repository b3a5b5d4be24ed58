## Dates and moments, in UTC.

## Year.
##
## ```gml
## test "year" { expect @2021-01-26.year() == 2021 }
## ```
function year[T: dated](moment: T) -> int

## Month, 1 to 12.
##
## ```gml
## test "month" { expect @2021-01-26.month() == 1 }
## ```
function month[T: dated](moment: T) -> int

## Day of the month, 1 to 31.
##
## ```gml
## test "day" { expect @2021-01-26.day() == 26 }
## ```
function day[T: dated](moment: T) -> int

## Day of the week, Monday 1 to Sunday 7 (ISO 8601).
##
## ```gml
## test "weekday" { expect @2021-01-26.weekday() == 2 }
## ```
function weekday[T: dated](moment: T) -> int

## Week of the year, 1 to 53 (ISO 8601).
##
## ```gml
## test "week" { expect @2021-01-26.week() == 4 }
## ```
function week[T: dated](moment: T) -> int

## Quarter of the year, 1 to 4.
##
## ```gml
## test "quarter" { expect @2021-01-26.quarter() == 1 }
## ```
function quarter[T: dated](moment: T) -> int

## Day of the year, 1 to 366.
##
## ```gml
## test "day_of_year" { expect @2021-01-26.day_of_year() == 26 }
## ```
function day_of_year[T: dated](moment: T) -> int

## Hour, 0 to 23.
##
## ```gml
## test "hour" { expect @2021-01-26T08:30:15Z.hour() == 8 }
## ```
function hour(moment: timestamp) -> int

## Minute, 0 to 59.
##
## ```gml
## test "minute" { expect @2021-01-26T08:30:15Z.minute() == 30 }
## ```
function minute(moment: timestamp) -> int

## Second, 0 to 59.
##
## ```gml
## test "second" { expect @2021-01-26T08:30:15Z.second() == 15 }
## ```
function second(moment: timestamp) -> int

## The date of a moment.
##
## ```gml
## test "to_day" { expect @2021-01-26T08:30:15Z.to_day() == @2021-01-26 }
## ```
function to_day(moment: timestamp) -> date

## The first moment of the date.
##
## ```gml
## test "to_moment" { expect @2021-01-26.to_moment() == @2021-01-26T00:00:00Z }
## ```
function to_moment(day: date) -> timestamp

## The date or moment rounded down to a whole `unit` since 1970 (weeks begin on Monday).
##
## ```gml
## test "truncate" { expect @2021-01-26.truncate(1w) == @2021-01-25 }
## ```
function truncate[T: dated](moment: T, unit: const[duration] > 0s) -> T

## Days from `earlier` to `later`, with their fraction.
##
## ```gml
## test "days_since" { expect @2021-01-26T12:00:00Z.days_since(@2021-01-25T00:00:00Z) == 1.5 }
## ```
function days_since[T: dated](later: T, earlier: T) -> float

## Days from `earlier` to `later`, with their fraction.
##
## ```gml
## test "days_between" { expect days_between(@2021-01-01, @2021-01-26) == 25.0 }
## ```
function days_between[T: dated](earlier: T, later: T) -> float

## A duration in days, with their fraction.
##
## ```gml
## test "in_days" { expect in_days(36h) == 1.5 }
## ```
function in_days(length: duration) -> float

## A duration in hours, with their fraction.
##
## ```gml
## test "in_hours" { expect in_hours(90min) == 1.5 }
## ```
function in_hours(length: duration) -> float

## A duration in minutes, with their fraction.
##
## ```gml
## test "in_minutes" { expect in_minutes(90s) == 1.5 }
## ```
function in_minutes(length: duration) -> float

## A duration in seconds, with their fraction.
##
## ```gml
## test "in_seconds" { expect in_seconds(2min) == 120.0 }
## ```
function in_seconds(length: duration) -> float

## Dates and moments, in UTC.

## Year.
function year[T: dated](moment: T) -> int

## Month, 1 to 12.
function month[T: dated](moment: T) -> int

## Day of the month, 1 to 31.
function day[T: dated](moment: T) -> int

## Day of the week, Monday 1 to Sunday 7 (ISO 8601).
function weekday[T: dated](moment: T) -> int

## Week of the year, 1 to 53 (ISO 8601).
function week[T: dated](moment: T) -> int

## Quarter of the year, 1 to 4.
function quarter[T: dated](moment: T) -> int

## Day of the year, 1 to 366.
function day_of_year[T: dated](moment: T) -> int

## Hour, 0 to 23.
function hour(moment: timestamp) -> int

## Minute, 0 to 59.
function minute(moment: timestamp) -> int

## Second, 0 to 59.
function second(moment: timestamp) -> int

## The date of a moment.
function to_day(moment: timestamp) -> date

## The first moment of the date.
function to_moment(day: date) -> timestamp

## The date or moment rounded down to a whole `unit` since 1970 (weeks begin on Monday).
function truncate[T: dated](moment: T, unit: const[duration]) -> T

## Days from `earlier` to `later`, with their fraction.
function days_since[T: dated](later: T, earlier: T) -> float

## Days from `earlier` to `later`, with their fraction.
function days_between[T: dated](earlier: T, later: T) -> float

## A duration in days, with their fraction.
function in_days(length: duration) -> float

## A duration in hours, with their fraction.
function in_hours(length: duration) -> float

## A duration in minutes, with their fraction.
function in_minutes(length: duration) -> float

## A duration in seconds, with their fraction.
function in_seconds(length: duration) -> float

## Text.

## In small letters.
function lower(text: str) -> str

## In capital letters.
function upper(text: str) -> str

## Without blanks at both ends.
function trim(text: str) -> str

## How many characters.
function char_count(text: str) -> int

## How many words (runs of characters that are not blank).
function word_count(text: str) -> int

## Whether `part` occurs in it, as it stands.
function has_text(text: str, part: str) -> bool

## Whether it begins with `part`.
function starts_with(text: str, part: str) -> bool

## Whether it ends with `part`.
function ends_with(text: str, part: str) -> bool

## Whether the regular expression matches somewhere in it.
function matches(text: str, pattern: const[str]) -> bool

## The group `group` of the first match of the regular expression (0 is all of it); null where it does not match.
function extract(text: str, pattern: const[str], group: const[int] = 1) -> str?

## Every occurrence of `old` replaced by `new`, both as they stand.
function replace(text: str, old: const[str], new: const[str]) -> str

## Every match of the regular expression replaced; `$1` is a group.
function replace_pattern(text: str, pattern: const[str], new: const[str]) -> str

## The parts between the separators.
function split_text(text: str, separator: const[str]) -> list[str]

## `length` characters from place `start` (from 0; negative from the end).
function slice(text: str, start: int, length: int) -> str

## One text after the other.
function concat(first: str, second: str) -> str

## The whole number that the text writes, blanks around it aside; null where it writes none.
function to_int(text: str) -> int?

## The number that the text writes, blanks around it aside; null where it writes none.
function to_float(text: str) -> float?

## The date that the text writes in a strftime format; null where it writes none.
function to_date(text: str, format: const[str] = "%Y-%m-%d") -> date?

## The moment that the text writes in a strftime format, in UTC; null where it writes none.
function to_timestamp(text: str, format: const[str] = "%Y-%m-%dT%H:%M:%S") -> timestamp?

## The value as text: dates and moments in ISO 8601, durations as a program writes them.
function to_text[T: scalar](value: T) -> str

## The text as a category.
function to_category(text: str) -> category

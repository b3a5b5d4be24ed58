## Text.

## In small letters.
##
## ```gml
## test "lower" { expect "ABC".lower() == "abc" }
## ```
function lower(text: str) -> str

## In capital letters.
##
## ```gml
## test "upper" { expect "abc".upper() == "ABC" }
## ```
function upper(text: str) -> str

## Without blanks at both ends.
##
## ```gml
## test "trim" { expect "  a b ".trim() == "a b" }
## ```
function trim(text: str) -> str

## How many characters.
##
## ```gml
## test "char_count" { expect "été".char_count() == 3 }
## ```
function char_count(text: str) -> int

## How many words (runs of characters that are not blank).
##
## ```gml
## test "word_count" { expect "one  two".word_count() == 2 }
## ```
function word_count(text: str) -> int

## Whether `part` occurs in it, as it stands.
##
## ```gml
## test "has_text" { expect "a.b".has_text(".") }
## ```
function has_text(text: str, part: str) -> bool

## Whether it begins with `part`.
##
## ```gml
## test "starts_with" { expect "view_item".starts_with("view") }
## ```
function starts_with(text: str, part: str) -> bool

## Whether it ends with `part`.
##
## ```gml
## test "ends_with" { expect "view_item".ends_with("item") }
## ```
function ends_with(text: str, part: str) -> bool

## Whether the regular expression matches somewhere in it.
##
## ```gml
## test "matches" { expect "order 17".matches(r"\d+$") }
## ```
function matches(text: str, pattern: const[str]) -> bool

## The group `group` of the first match of the regular expression (0 is all of it); null where it does not match.
##
## ```gml
## test "extract" {
##     expect "order 17".extract(r"(\d+)") == "17"
##     expect "order".extract(r"(\d+)") is null
## }
## ```
function extract(text: str, pattern: const[str], group: const[int] >= 0 = 1) -> str?

## Every occurrence of `old` replaced by `new`, both as they stand.
##
## ```gml
## test "replace" { expect "a-b-c".replace("-", "") == "abc" }
## ```
function replace(text: str, old: const[str], new: const[str]) -> str

## Every match of the regular expression replaced; `$1` is a group.
##
## ```gml
## test "replace_pattern" { expect "2021-01".replace_pattern(r"(\d+)-(\d+)", "$2/$1") == "01/2021" }
## ```
function replace_pattern(text: str, pattern: const[str], new: const[str]) -> str

## The parts between the separators.
##
## ```gml
## test "split_text" { expect "a,b".split_text(",") == ["a", "b"] }
## ```
function split_text(text: str, separator: const[str]) -> list[str]

## `length` characters from place `start` (from 0; negative from the end).
##
## ```gml
## test "slice" { expect "2021-01".slice(-2, 2) == "01" }
## ```
function slice(text: str, start: int, length: int) -> str

## One text after the other.
##
## ```gml
## test "concat" { expect concat("a", "b") == "ab" }
## ```
function concat(first: str, second: str) -> str

## The whole number that the text writes, blanks around it aside; null where it writes none.
##
## ```gml
## test "to_int" {
##     expect " 12 ".to_int() == 12
##     expect "twelve".to_int() is null
## }
## ```
function to_int(text: str) -> int?

## The number that the text writes, blanks around it aside; null where it writes none.
##
## ```gml
## test "to_float" { expect "1.5".to_float() == 1.5 }
## ```
function to_float(text: str) -> float?

## The date that the text writes in a strftime format; null where it writes none.
##
## ```gml
## test "to_date" { expect "26.01.2021".to_date("%d.%m.%Y") == @2021-01-26 }
## ```
function to_date(text: str, format: const[str] = "%Y-%m-%d") -> date?

## The moment that the text writes in a strftime format, in UTC; null where it writes none. A fraction of a second is `%.f`, an
## offset `%z`: with a colon, without one, or `Z`.
##
## ```gml
## test "to_timestamp" { expect "2021-01-26T08:00:00".to_timestamp() == @2021-01-26T08:00:00Z }
## ```
function to_timestamp(text: str, format: const[str] = "%Y-%m-%dT%H:%M:%S") -> timestamp?

## The value as text: dates and moments in ISO 8601, durations as a program writes them.
##
## ```gml
## test "to_text" { expect to_text(@2021-01-26) == "2021-01-26" }
## ```
function to_text[T: shown](value: T) -> str

## The text as a category.
##
## ```gml
## test "to_category" { expect "mobile".to_category() == "mobile" }
## ```
function to_category(text: str) -> category

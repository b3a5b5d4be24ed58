## Where data are: the right side of a catalog entry. Paths are relative to the project; `*` and `**` match several files,
## which are read in the order of their names.

type on_violation = enum["fail", "drop", "warn"]

## Comma-separated values with a header line.
##
## ```gml check
## catalog { visits: table { visitor: str, pages: int } = csv("visits.csv", delimiter: ";", on_violation: drop) }
## pipeline watch { expect count(visits) > 0 }
## ```
function csv(
    path: str,
    delimiter: str = ",",
    quote: str = "\"",
    nulls: list[str] = [""],
    on_violation: on_violation = fail,
) -> connector

## Parquet files.
##
## ```gml check
## catalog { visits: table { visitor: str, pages: int } = parquet("visits/*.parquet") }
## pipeline watch { expect count(visits) > 0 }
## ```
function parquet(path: str, on_violation: on_violation = fail) -> connector

## One JSON object a line.
##
## ```gml check
## catalog { visits: table { visitor: str, pages: int } = jsonl("visits.jsonl") }
## pipeline watch { expect count(visits) > 0 }
## ```
function jsonl(path: str, on_violation: on_violation = fail) -> connector

## What was learned, as a folder.
##
## ```gml check
## use std.prep.{scale}
## catalog {
##     visits: table { pages: float } = csv("visits.csv"),
##     scaling: transform = artifact("scaling"),
## }
## pipeline learn { save fit(scale([.pages]), train: visits) as scaling }
## ```
function artifact(path: str, versioned: bool = false) -> connector

## A value of the process's environment or of a secrets file, never shown.
##
## ```gml check
## node fetch(token: secret) -> table { pages: int } = python("fetch.py", "fetch")
## pipeline watch { expect count(fetch(secret("TOKEN"))) > 0 }
## ```
function secret(name: str) -> secret

## The value of the process's environment, or `default` where it has none.
##
## ```gml check
## catalog { visits: table { pages: int } = csv(from_env("VISITS", default: "visits.csv")) }
## pipeline watch { expect count(visits) > 0 }
## ```
function from_env(name: str, default: str) -> str

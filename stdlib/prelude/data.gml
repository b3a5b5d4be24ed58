## Where data are: the right side of a catalog entry. Paths are relative to the project; `*` and `**` match several files,
## which are read in the order of their names.

type on_violation = enum["fail", "drop", "warn"]

## Comma-separated values with a header line.
function csv(path: str, delimiter: str = ",", quote: str = "\"", nulls: list[str] = [""], on_violation: on_violation = fail) -> connector

## Parquet files.
function parquet(path: str, on_violation: on_violation = fail) -> connector

## One JSON object a line.
function jsonl(path: str, on_violation: on_violation = fail) -> connector

## What was learned, as a folder.
function artifact(path: str, versioned: bool = false) -> connector

## A value of the process's environment or of a secrets file, never shown.
function secret(name: str) -> secret

## The value of the process's environment, or `default` where it has none.
function from_env(name: str, default: str) -> str

## Where data are: the right side of a catalog entry. Paths are relative to the project; `*` and `**` match several files,
## which are read in the order of their names.

type on_violation = enum["fail", "drop", "warn"]

## Comma-separated values with a header line. The items of a list stand in one cell, with `list_separator` between them.
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
    list_separator: str = " ",
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

## Pictures in files, one a row: `key` is the column that gets the name of the file (without its ending), the other one
## holds the picture. With `resize` all become `[width, height]`.
##
## ```gml check
## use std.embed.{image_encoder}
## catalog {
##     pictures: table { id article: str, picture: image } = images("pictures/**/*.jpg", key: article, resize: [128, 128]),
##     looks: encoder[image -> vector[32]] = artifact("looks"),
## }
## pipeline learn { save fit(image_encoder(dimension: 32, seed: 1), train: pictures) as looks }
## ```
function images(path: str, key: entry_column, resize: list[int] = [], on_violation: on_violation = fail) -> connector

## A model for texts or pictures in ONNX form: a folder with `model.onnx` and its `tokenizer.json` or
## `preprocessor_config.json`. `pooling` makes one vector of those of the tokens; texts longer than `max_tokens` are cut.
## With `gpu: required` it is an error where there is none.
##
## ```gml check
## use std.embed.{embed}
## catalog {
##     articles: table { id article: str, title: str } = csv("articles.csv"),
##     sentences: encoder[text -> vector[384]] = onnx("all-MiniLM-L6-v2", pooling: mean, normalize: true),
##     vectors: table { id article: str, vector: vector[384] } = parquet("vectors.parquet"),
## }
## pipeline embeddings {
##     save articles |> derive { vector = embed(sentences, .title) } |> select([.article, .vector]) as vectors
## }
## ```
function onnx(
    path: str,
    pooling: enum["mean", "cls", "max"] = mean,
    normalize: bool = true,
    max_tokens: int? >= 1 = null,
    gpu: enum["preferred", "required", "never"] = preferred,
) -> connector

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

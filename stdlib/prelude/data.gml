## Where data are: the right side of a catalog entry. Paths are relative to the project; `*` and `**` match several files,
## which are read in the order of their names. A path may also be one of an object store: `s3://bucket/..`, `gs://bucket/..`,
## `az://container/..`, `https://host/..`; `store:` says which keys open it, where they are not in the usual variables of the
## environment. `partitioned_by` names columns that stand in the names of folders (`year=2021/month=1/..`) instead of the files.
## What is `versioned` keeps every version: each `save` adds a folder (`000001`, `000002`, ..)
## below the path, and the newest is read, or what `gmlc run --at` asks for.

type on_violation = enum["fail", "drop", "warn"]

## Comma-separated values with a header line. The items of a list stand in one cell, with `list_separator` between them.
##
## ```gml run
## catalog { visits: table { visitor: str, pages: int } = csv("visits.csv", delimiter: ";", on_violation: drop) }
## pipeline watch { expect count(visits) > 0 }
## ```
function csv(
    path: str,
    delimiter: str matches r"^[\x00-\x7F]$" = ",",
    quote: str matches r"^[\x00-\x7F]?$" = "\"",
    nulls: list[str] = [""],
    list_separator: str != "" = " ",
    on_violation: on_violation = fail,
    partitioned_by: list[entry_column] = [],
    store: store? = null,
    versioned: bool = false,
) -> connector

## Parquet files, or with `partitioned_by` a folder of folders with them, of which only those are read that a filter leaves.
##
## ```gml run
## catalog { visits: table { year: int, visitor: str, pages: int } = parquet("visits", partitioned_by: [year]) }
## pipeline watch { expect count(visits |> filter(.year == 2021)) > 0 }
## ```
function parquet(
    path: str,
    on_violation: on_violation = fail,
    partitioned_by: list[entry_column] = [],
    store: store? = null,
    versioned: bool = false,
) -> connector

## One JSON object a line.
##
## ```gml run
## catalog { visits: table { visitor: str, pages: int } = jsonl("visits.jsonl") }
## pipeline watch { expect count(visits) > 0 }
## ```
function jsonl(
    path: str,
    on_violation: on_violation = fail,
    partitioned_by: list[entry_column] = [],
    store: store? = null,
    versioned: bool = false,
) -> connector

## Arrow IPC files (also called Feather); streams of that form are read too.
##
## ```gml run
## catalog { visits: table { visitor: str, pages: int } = ipc("visits.arrow") }
## pipeline watch { expect count(visits) > 0 }
## ```
function ipc(
    path: str,
    on_violation: on_violation = fail,
    partitioned_by: list[entry_column] = [],
    store: store? = null,
    versioned: bool = false,
) -> connector

## A sheet of an Excel workbook (xlsx, xlsb, xls) or an OpenDocument one (ods), the first one where none is named. `header` is
## the row of the sheet with the names of the columns; with 0 there is none, and the columns are those of the schema in their
## order. Empty cells are null, and empty rows are left out. It is read, not written.
##
## ```gml check
## catalog { visits: table { visitor: str, pages: int? } = excel("visits.xlsx", sheet: "March", header: 3) }
## pipeline watch { expect count(visits) > 0 }
## ```
function excel(
    path: str,
    sheet: str? = null,
    header: int >= 0 = 1,
    on_violation: on_violation = fail,
    store: store? = null,
) -> connector

## A Delta Lake table as it is now, or as it was at a `version`. Rows that its deletion vectors mark are not read, and of
## files that lie in partitions only those that a filter leaves. It is read, not written.
##
## ```gml check
## catalog { visits: table { visitor: str, pages: int } = delta("lake/visits", version: 12) }
## pipeline watch { expect count(visits) > 0 }
## ```
function delta(
    path: str,
    version: int? >= 0 = null,
    on_violation: on_violation = fail,
    store: store? = null,
) -> connector

## What a database answers. `args` are bound where the text says `:name`; they are never spliced into it. The text stands in
## the program or in a `file`. It is asked anew for each run. A filter right behind it goes to the database with it, where the text only
## chooses, joins and groups columns, and the database compares as is done here.
##
## ```gml run
## param start: date = @2021-01-10
## connection shop = sqlite("data/shop.sqlite")
## catalog {
##     visits: table { visitor: str, day: date, pages: int } = sql_table(shop, "visits"),
##     recent: table { visitor: str, pages: int } =
##         query(shop, sql: "select visitor, pages from visits where day >= :start", args: { start }),
## }
## pipeline watch { expect count(recent) < count(visits) }
## ```
function query[A](database: database, sql: str, args: A? = null, on_violation: on_violation = fail) -> connector

## The same with the text in a file of the project.
function query[A](database: database, file: str, args: A? = null, on_violation: on_violation = fail) -> connector

## A table of a database. What is saved replaces it as a whole, in one transaction; its columns become those of the schema.
##
## ```gml run
## connection shop = sqlite("data/shop.sqlite")
## catalog {
##     visits: table { visitor: str, pages: int } = sql_table(shop, "visits"),
##     busy: table { visitor: str, pages: int } = sql_table(shop, "busy"),
## }
## pipeline prepare { save visits |> filter(.pages > 9) as busy }
## ```
function sql_table(database: database, name: str, on_violation: on_violation = fail) -> connector

## A PostgreSQL database: `postgres://user:password@host:5432/name`. A password belongs into a secret.
##
## ```gml check
## connection warehouse = postgres(url: secret("WAREHOUSE_URL"))
## catalog { visits: table { pages: int } = sql_table(warehouse, "visits") }
## pipeline watch { expect count(visits) > 0 }
## ```
function postgres(url: secret) -> database

## The same with an address without a password.
function postgres(url: str) -> database

## A MySQL or MariaDB database: `mysql://user:password@host:3306/name`. A password belongs into a secret.
##
## ```gml check
## connection shop = mysql(url: secret("SHOP_URL"))
## catalog { visits: table { pages: int } = sql_table(shop, "visits") }
## pipeline watch { expect count(visits) > 0 }
## ```
function mysql(url: secret) -> database

## The same with an address without a password.
function mysql(url: str) -> database

## An SQLite database in a file.
##
## ```gml run
## connection local = sqlite("data/visits.sqlite")
## catalog { visits: table { pages: int } = sql_table(local, "visits") }
## pipeline watch { expect count(visits) > 0 }
## ```
function sqlite(path: str) -> database

## A project of BigQuery, by the key of a service account (the text of its key file) or by a token of somebody who may run queries
## there. In the text of a query `:name` becomes a named parameter. `location` is where the data are: `EU`.
##
## ```gml check
## connection warehouse = bigquery(project: "shop-analytics", service_account: secret("BIGQUERY_ACCOUNT"))
## catalog {
##     visits: table { visitor: str, pages: int } =
##         query(warehouse, sql: "select visitor, pages from web.visits where day >= :start", args: { start: @2021-01-01 }),
## }
## pipeline watch { expect count(visits) > 0 }
## ```
function bigquery(
    project: str,
    service_account: secret? = null,
    token: secret? = null,
    location: str? = null,
    endpoint: str? = null,
) -> database

## A DuckDB database in a file, read by DuckDB itself: `gmlc setup duckdb` fetches it once, as the first run does that needs it.
##
## ```gml check
## connection local = duckdb("data/visits.duckdb")
## catalog {
##     visits: table { visitor: str, pages: int } =
##         query(local, sql: "select visitor, sum(pages) as pages from visits where day >= :start group by all", args: { start: @2021-01-01 }),
## }
## pipeline watch { expect count(visits) > 0 }
## ```
function duckdb(path: str) -> database

## The keys and the place of S3, or of a store that speaks its language (`endpoint`). What is not given here comes from the
## usual variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, ..) or the role of the machine.
##
## ```gml check
## connection lake = s3(region: "eu-central-1", access_key: secret("LAKE_KEY"), secret_key: secret("LAKE_SECRET"))
## catalog { visits: table { pages: int } = parquet("s3://lake/visits/*.parquet", store: lake) }
## pipeline watch { expect count(visits) > 0 }
## ```
function s3(
    region: str? = null,
    endpoint: str? = null,
    access_key: secret? = null,
    secret_key: secret? = null,
    session_token: secret? = null,
) -> store

## The key of Google Cloud Storage: the text of a service account's key file. Without one it is that of the usual variables
## (`GOOGLE_APPLICATION_CREDENTIALS`, ..) or of the machine.
##
## ```gml check
## connection lake = gcs(service_account: secret("LAKE_ACCOUNT"))
## catalog { visits: table { pages: int } = parquet("gs://lake/visits/*.parquet", store: lake) }
## pipeline watch { expect count(visits) > 0 }
## ```
function gcs(service_account: secret? = null, endpoint: str? = null) -> store

## The account of Azure Blob Storage and its key. What is not given here comes from the usual variables
## (`AZURE_STORAGE_ACCOUNT_NAME`, `AZURE_STORAGE_ACCOUNT_KEY`, ..).
##
## ```gml check
## connection lake = azure(account: "lake", access_key: secret("LAKE_KEY"))
## catalog { visits: table { pages: int } = parquet("az://visits/2021/*.parquet", store: lake) }
## pipeline watch { expect count(visits) > 0 }
## ```
function azure(account: str? = null, access_key: secret? = null, endpoint: str? = null) -> store

## A web server that wants a token (`Authorization: Bearer ..`).
##
## ```gml check
## connection portal = web(token: secret("PORTAL_TOKEN"))
## catalog { visits: table { pages: int } = csv("https://portal.example/visits.csv", store: portal) }
## pipeline watch { expect count(visits) > 0 }
## ```
function web(token: secret) -> store

## Pictures in files, one a row: `key` is the column that gets the name of the file (without its ending), the other one
## holds the picture. With `resize` all become `[width, height]`.
##
## ```gml run
## use std.embed.{image_encoder}
## catalog {
##     pictures: table { id article: str, picture: image } = images("pictures/**/*.jpg", key: article, resize: [128, 128]),
##     looks: encoder[image -> vector[32]] = artifact("looks"),
## }
## pipeline learn { save fit(image_encoder(dimension: 32, seed: 1), train: pictures) as looks }
## ```
function images(
    path: str,
    key: entry_column,
    resize: list[int] in 1..8192 = [],
    on_violation: on_violation = fail,
) -> connector

## A model for texts or pictures in ONNX form: a folder with `model.onnx` and its `tokenizer.json` or
## `preprocessor_config.json`. `pooling` makes one vector of those of the tokens, `normalize` brings it to length one, and texts
## longer than `max_tokens` are cut; what is left out, the files beside the model say (those of a sentence transformer do). With
## `gpu: required` it is an error where there is none; where one is `preferred`, the run says so if there is none. Where neither is
## said, a GPU is used if the library for it was fetched.
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
    pooling: enum["mean", "cls", "max"]? = null,
    normalize: bool? = null,
    max_tokens: int? >= 1 = null,
    gpu: enum["preferred", "required", "never"]? = null,
    store: store? = null,
) -> connector

## What was learned, as a folder; where it is `versioned`, one for each `save` (`000001`, `000002`, ..), of which the newest is read.
## The folder may be one of an object store, which then holds each save under a name of its own beside an object that says which is
## the newest.
##
## ```gml run
## use std.prep.{scale}
## catalog {
##     visits: table { pages: float } = csv("visits.csv"),
##     scaling: transform = artifact("scaling"),
## }
## pipeline learn { save fit(scale([.pages]), train: visits) as scaling }
## ```
function artifact(path: str, versioned: bool = false, store: store? = null) -> connector

## A value of the process's environment or of a secrets file, never shown.
##
## ```gml check
## node fetch(token: secret) -> table { pages: int } = python("fetch.py", "fetch")
## pipeline watch { expect count(fetch(secret("TOKEN"))) > 0 }
## ```
function secret(name: str) -> secret

## An MLflow server that is told of runs, in an env: their parameters, metrics, files and models. `register` makes versions of registered
## models of the models that are saved, `timeout` is how long one request may take, and with `required` a run fails that cannot be told.
##
## ```gml check
## env cloud { tracking = mlflow(url: secret("MLFLOW_URL"), experiment: "visits") }
## ```
function mlflow(
    url: secret,
    experiment: str,
    token: secret? = null,
    register: bool = true,
    required: bool = false,
    timeout: duration = 30s,
) -> tracker

## The same with an address that is no secret.
function mlflow(
    url: str,
    experiment: str,
    token: secret? = null,
    register: bool = true,
    required: bool = false,
    timeout: duration = 30s,
) -> tracker

## The value of the process's environment, or `default` where it has none.
##
## ```gml run
## catalog { visits: table { pages: int } = csv(from_env("VISITS", default: "visits.csv")) }
## pipeline watch { expect count(visits) > 0 }
## ```
function from_env(name: str, default: str) -> str

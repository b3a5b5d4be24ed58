"""Cuts the shipped slice of Google's GA4 sample: every visit to the page of a product.

    python make_slice.py SOURCE_FOLDER TARGET_FOLDER

SOURCE_FOLDER holds the daily exports `events_YYYYMMDD.parquet`; TARGET_FOLDER gets `events.parquet`, `products.parquet` and a
`SHA256SUMS`. Needs polars. The same source, polars version and script give the same bytes.

A product is what the `items` of any event name. A visit to its page is an event `page_view` whose parameter `page_title` is the
name of a product. Rows keep the order of the files, values are untouched; of `event_params` the entries `ga_session_id` and
`page_title` stay, and of these the fields that are read.
"""

import argparse
import hashlib
from pathlib import Path

import polars as pl

KEPT_PARAMS = ["ga_session_id", "page_title"]


def parameter(name: str, field: str) -> pl.Expr:
    """The value of an event parameter, null where the event lacks it."""
    entry = pl.element().filter(pl.element().struct.field("key") == name)
    return pl.col("event_params").list.eval(entry.struct.field("value").struct.field(field)).list.first()


def cut(source: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The visits to pages of products, and the products."""
    paths = sorted(source.glob("events_*.parquet"))
    if not paths:
        raise SystemExit(f"{source}: no events_*.parquet in this folder")
    columns = ["event_name", "event_timestamp", "user_pseudo_id", "event_params", "items"]
    events = pl.concat([pl.read_parquet(path, columns=columns) for path in paths])
    names = events["items"].explode().struct.field("item_name").drop_nulls().unique().sort()
    value = pl.struct(
        pl.element().struct.field("value").struct.field("string_value"),
        pl.element().struct.field("value").struct.field("int_value"),
    )
    kept = pl.element().filter(pl.element().struct.field("key").is_in(KEPT_PARAMS))
    params = pl.col("event_params").list.eval(
        pl.struct(kept.struct.field("key"), value.filter(pl.element().struct.field("key").is_in(KEPT_PARAMS)).alias("value"))
    )
    title = parameter("page_title", "string_value")
    is_visit = (pl.col("event_name") == "page_view") & title.is_in(names.implode())
    visits = events.filter(is_visit).select("event_timestamp", "event_name", "user_pseudo_id", params)
    return visits, pl.DataFrame({"item_name": names})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    arguments.target.mkdir(parents=True, exist_ok=True)
    visits, products = cut(arguments.source)
    sums = []
    for name, table in [("events.parquet", visits), ("products.parquet", products)]:
        target = arguments.target / name
        table.write_parquet(target, compression="zstd", compression_level=19)
        sums.append(f"{hashlib.sha256(target.read_bytes()).hexdigest()}  {name}\n")
        print(f"{name}: {table.height} rows, {target.stat().st_size} bytes")
    (arguments.target / "SHA256SUMS").write_text("".join(sums))


if __name__ == "__main__":
    main()

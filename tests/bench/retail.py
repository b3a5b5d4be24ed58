#!/usr/bin/env python3
"""Measures how long candidates and features of a retailer take, and how much memory.

    tests/bench/retail.py [--customers 1_000_000] [--articles 100_000] [--transactions 30_000_000] [--threads N] [--memory SIZE]
                          [--folder FOLDER] [--keep] [--steps] [--blueprint]

Generates two years of purchases in the form of the H&M competition (names of customers have 64 characters, some articles sell much
and most sell little), and runs two pipelines: `finding` saves the candidates of four strategies for every customer, `describing` what the
purchases say of every article and every customer over three stretches of time. The goal at full size: under 20 minutes and 8 GiB
together, on two cores. A part of the size has a part of the time.

`--blueprint` runs `training` and `recommending` of blueprints/retail_ranking over the tables instead, with the horizon and the negatives
of its env `hm`, and vectors drawn at random. `--steps` tells the seconds of each step and the most memory while it ran. Needs
`cargo build --release --package gmlc` and a Python with numpy and pyarrow ($GML_PEERS_PYTHON of tests/all has them).
"""

import argparse
import datetime
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measure import goal, once

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"

PROGRAM = """
use std.features.{synthesize}
use std.recommend.{bought_before, candidates, popular, same_attribute}

schema Transaction { time t_dat: date, id customer_id: str, id article_id: str, price: float, sales_channel_id: int }
schema Customer { id customer_id: str, age: int? }
schema Article { id article_id: str, prod_name: str, product_type_name: category }

catalog {
    transactions: table[Transaction] = parquet("transactions.parquet"),
    customers: table[Customer] = parquet("customers.parquet"),
    articles: table[Article] = parquet("articles.parquet"),
    found: table { group customer_id: str, id article_id: str, .. } = parquet("out/found.parquet"),
    of_articles: table { id article_id: str, .. } = parquet("out/of_articles.parquet"),
    of_customers: table { id customer_id: str, .. } = parquet("out/of_customers.parquet"),
}

pipeline finding {
    let lately = transactions |> take_last(5, per: [.customer_id], by: .t_dat)
    let kinds = articles |> select([.article_id, .product_type_name])
    let sold = transactions |> last(30d, by: .t_dat) |> join(kinds, on: [.article_id], expect: many_to_one)
    let best = sold |> popular(item: .article_id, top: 4, per: [.product_type_name])
    save candidates(user: .customer_id, item: .article_id) {
        again        = bought_before(transactions),
        bestseller   = transactions |> last(7d, by: .t_dat) |> popular(item: .article_id, top: 12) |> for_everyone(customers, user: .customer_id),
        of_kind      = lately
            |> join(kinds, on: [.article_id], expect: many_to_one)
            |> popular(item: .product_type_name, top: 3, per: [.customer_id])
            |> join(best, on: [.product_type_name], expect: many_to_many)
            |> select([.customer_id, .article_id]),
        same_product = same_attribute(lately, items: articles, item: .article_id, on: [.prod_name]),
    } as found
}

pipeline describing {
    save transactions |> synthesize(for: .article_id, windows: [7d, 30d, null]) as of_articles
    save transactions |> synthesize(for: .customer_id, windows: [7d, 30d, null]) as of_customers
}
"""


def generate(folder: Path, customers: int, articles: int, transactions: int) -> None:
    """The tables. The same numbers give the same rows."""
    random = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    names = pa.array([hashlib.sha256(str(number).encode()).hexdigest() for number in range(customers)])
    pq.write_table(
        pa.table({
            "customer_id": names,
            "age": pa.array(random.integers(16, 100, customers), mask=random.random(customers) < 0.01),
        }),
        folder / "customers.parquet",
    )
    codes = pa.array([f"{108_775_015 + 11 * number:010}" for number in range(articles)])
    pq.write_table(
        pa.table({
            "article_id": codes,
            "prod_name": [f"Product {number // 3}" for number in range(articles)],
            "product_type_name": [f"Type {number % 130}" for number in range(articles)],
        }),
        folder / "articles.parquet",
    )
    first = datetime.date(2018, 9, 20).toordinal() - datetime.date(1970, 1, 1).toordinal()
    days = np.sort(random.integers(0, 734, transactions)).astype(np.int32) + first
    schema = pa.schema([
        ("t_dat", pa.date32()), ("customer_id", pa.string()), ("article_id", pa.string()), ("price", pa.float64()),
        ("sales_channel_id", pa.int64()),
    ])  # fmt: skip
    with pq.ParquetWriter(folder / "transactions.parquet", schema, compression="zstd") as writer:
        for start in range(0, transactions, 1_000_000):
            count = min(1_000_000, transactions - start)
            # Some customers buy much; so do articles sell.
            who = (customers * random.random(count) ** 2).astype(np.int64)
            what = (articles * random.random(count) ** 4).astype(np.int64)
            columns = [
                pa.array(days[start : start + count]).cast(pa.date32()), names.take(pa.array(who)), codes.take(pa.array(what)),
                pa.array(np.round(random.gamma(2.0, 0.015, count), 6)), pa.array(random.integers(1, 3, count)),
            ]  # fmt: skip
            writer.write_table(pa.table(columns, schema=schema))


def as_blueprint(folder: Path) -> None:
    """The tables where the blueprint looks for them, with the columns and the vectors that it wants beside them."""
    random = np.random.default_rng(2)
    raw, made = folder / "data" / "01_raw", folder / "data" / "05_model_input"
    raw.mkdir(parents=True)
    made.mkdir(parents=True)
    shutil.copy(ROOT / "blueprints" / "retail_ranking" / "main.gml", folder / "main.gml")
    (folder / "transactions.parquet").rename(raw / "transactions.parquet")
    customers = pq.read_table(folder / "customers.parquet")
    pq.write_table(customers.set_column(1, "age", customers["age"].cast(pa.float64())), raw / "customers.parquet")
    articles = pq.read_table(folder / "articles.parquet")
    numbers = range(len(articles))
    articles = articles.append_column("colour_group_name", pa.array([f"Colour {number % 50}" for number in numbers]))
    articles = articles.append_column("detail_desc", pa.array([f"Soft thing {number % 997}" for number in numbers]))
    pq.write_table(articles, raw / "articles.parquet")
    columns = {"article_id": articles["article_id"]}
    for name, width in [("words", 64), ("looks", 32)]:
        vectors = random.normal(size=(len(articles), width)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), width)
    pq.write_table(pa.table(columns), made / "vectors.parquet")


def told_of_steps(folder: Path) -> None:
    """What the record of the last run says of its steps."""
    records = sorted((folder / ".gml" / "runs").glob("*/run.json"), key=lambda path: path.stat().st_mtime)
    for step in json.loads(records[-1].read_text())["steps"]:
        peak = (step.get("peak_memory") or 0) / 2**20
        print(f"    {step.get('name', step['id']):<40} {step.get('seconds') or 0:9.1f} s  {peak:9.0f} MiB  {step.get('rows')} rows")


def run_blueprint(folder: Path, asked: argparse.Namespace) -> None:
    if not (folder / "data").exists():
        as_blueprint(folder)
    print(f"{asked.customers:,} customers, {asked.articles:,} articles, {asked.transactions:,} transactions")
    for pipeline in ["training", "recommending"]:
        command = [GMLC, "run", pipeline, "--project", folder, "--force", "--set", "horizon=7d"]
        command += ["--set", "negatives=700_000"] if pipeline == "training" else []
        command += ["--threads", asked.threads] if asked.threads else []
        taken = once(command)
        print(
            f"  {pipeline:<12} {taken.seconds:9.1f} s  {taken.processor:9.1f} s of processors  {taken.memory:9.0f} MiB"
        )
        if asked.steps:
            told_of_steps(folder)


def main() -> None:
    number = lambda text: int(text.replace("_", ""))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=number, default=1_000_000)
    parser.add_argument("--articles", type=number, default=100_000)
    parser.add_argument("--transactions", type=number, default=30_000_000)
    parser.add_argument("--threads", type=number)
    parser.add_argument("--memory", help="what steps at the same time may take, as far as can be told")
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--blueprint", action="store_true")
    asked = parser.parse_args()

    folder = asked.folder or Path(tempfile.mkdtemp(prefix="retail-"))
    try:
        if not (folder / "transactions.parquet").exists() and not (folder / "data").exists():
            generate(folder, asked.customers, asked.articles, asked.transactions)
        if asked.blueprint:
            run_blueprint(folder, asked)
            return
        (folder / "main.gml").write_text(PROGRAM)
        print(f"{asked.customers:,} customers, {asked.articles:,} articles, {asked.transactions:,} transactions")
        seconds, memory = 0.0, 0.0
        for pipeline, outputs in [("finding", ["found"]), ("describing", ["of_articles", "of_customers"])]:
            command = [GMLC, "run", pipeline, "--project", folder, "--force"]
            command += ["--threads", asked.threads] if asked.threads else []
            command += ["--memory", asked.memory] if asked.memory else []
            taken = once(command)
            rows = sum(pq.read_metadata(folder / "out" / f"{name}.parquet").num_rows for name in outputs)
            print(
                f"  {pipeline:<12} {taken.seconds:9.1f} s  {taken.processor:9.1f} s of processors  {taken.memory:9.0f} MiB  {rows:,} rows"
            )
            if asked.steps:
                told_of_steps(folder)
            seconds, memory = seconds + taken.seconds, max(memory, taken.memory)
        share = asked.transactions / 30_000_000
        print(f"  together     {seconds:9.1f} s  {goal(seconds < 1_200 * share)}: {1_200 * share:.0f} s for this size")
        if share == 1:
            print(f"  most memory  {memory:9.0f} MiB  {goal(memory < 8_192)}: 8 GiB")
    finally:
        if not asked.keep and not asked.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Holds features of how alike a candidate is to what was bought against pandas, row by row.

    tests/bench/similarity.py [--candidates 1_000_000] [--customers 40_000] [--articles 20_000] [--threads N] [--runs 3]

For each candidate the mean Jaccard similarity of its attributes (ten columns) to those of the last five articles that the customer bought,
and the cosine of its vector of 32 numbers to the mean of theirs. The peer (`tests/peers/similarity_features.py`) applies a Python function to
each row of a frame, which looks up what it needs in other frames, as the blueprint's original does, or in dictionaries; its time is that of computing alone, gmlc's
that of a whole process, with reading and writing. All must find the same numbers. The goal: 100 times as fast as the original's way. Needs
`cargo build --release --package gmlc` and a Python with numpy, pandas and pyarrow ($GML_PEERS_PYTHON of tests/all has them).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measure import goal, median

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
ATTRIBUTES = 10
WIDTH = 32

COLUMNS = [f"attribute_{number}" for number in range(ATTRIBUTES)]

PROGRAM = """
use std.features.{cosine}

schema Candidate { group customer_id: str, id article_id: str }
schema Transaction { time t_dat: date, id customer_id: str, id article_id: str }
schema Article { id article_id: str, %(declared)s }

catalog {
    found: table[Candidate] = parquet("found.parquet"),
    transactions: table[Transaction] = parquet("transactions.parquet"),
    articles: table[Article] = parquet("articles.parquet"),
    vectors: table { id article_id: str, vector: vector[32] } = parquet("vectors.parquet"),
    by_attributes: table { group customer_id: str, id article_id: str, alike: float } = parquet("out/by_attributes.parquet"),
    by_vectors: table { group customer_id: str, id article_id: str, to_taste: float } = parquet("out/by_vectors.parquet"),
}

# Sets of ten attributes, of which so many are the same, have that many of twenty less as many in common.
fn jaccard_of(same: int) -> float = same / (20 - same)

pipeline attributes {
    let bought = transactions
        |> take_last(5, per: [.customer_id], by: .t_dat)
        |> distinct([.customer_id, .article_id])
        |> join(articles, on: [.article_id], expect: many_to_one)
        |> select({ customer_id = .customer_id, %(own)s })
    let alike = found
        |> join(articles, on: [.article_id], expect: many_to_one)
        |> join(bought, on: [.customer_id], expect: many_to_many)
        |> derive { shared = %(same)s }
        |> group(by: [.customer_id, .article_id]) { alike = mean(jaccard_of(.shared)) }
    save found
        |> join(alike, on: [.customer_id, .article_id], how: left, expect: one_to_one)
        |> derive { alike = .alike ?? 0.0 }
        as by_attributes
}

pipeline tastes_met {
    let tastes = transactions
        |> take_last(5, per: [.customer_id], by: .t_dat)
        |> distinct([.customer_id, .article_id])
        |> join(vectors, on: [.article_id], expect: many_to_one)
        |> group(by: [.customer_id]) { taste = mean(.vector) }
    save found
        |> join(vectors, on: [.article_id], how: left, expect: many_to_one)
        |> join(tastes, on: [.customer_id], how: left, expect: many_to_one)
        |> derive { to_taste = cosine(.vector, .taste) ?? 0.0 }
        |> drop([.vector, .taste])
        as by_vectors
}
""" % {
    "declared": ", ".join(f"{name}: int16" for name in COLUMNS),
    "own": ", ".join(f"had_{name} = .{name}" for name in COLUMNS),
    "same": " + ".join(f"(if .{name} == .had_{name} then 1 else 0)" for name in COLUMNS),
}


def generate(folder: Path, candidates: int, customers: int, articles: int) -> None:
    """The tables. The same numbers give the same rows."""
    random = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    names = np.array([f"{number * 2_654_435_761 % 2**64:016x}" * 4 for number in range(customers)])
    codes = np.array([f"{108_775_015 + 11 * number:010}" for number in range(articles)])
    write = lambda name, columns: pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    # Each customer has candidates of its own, none twice.
    who = np.sort(random.integers(0, customers, candidates))
    what = (articles * random.random(candidates) ** 2).astype(np.int64)
    pairs = np.unique(np.stack([who, what], axis=1), axis=0)
    write("found", {"customer_id": names[pairs[:, 0]], "article_id": codes[pairs[:, 1]]})
    purchases = 12 * customers
    # One in ten has bought nothing.
    buyers = (0.9 * customers * random.random(purchases)).astype(np.int64)
    write("transactions", {
        "t_dat": pa.array(np.sort(random.integers(17_800, 18_500, purchases)).astype(np.int32)).cast(pa.date32()),
        "customer_id": names[buyers],
        "article_id": codes[(articles * random.random(purchases) ** 2).astype(np.int64)],
    })  # fmt: skip
    attributes = {name: pa.array(random.integers(0, 8 + 5 * place, articles), pa.int16()) for place, name in enumerate(COLUMNS)}
    write("articles", {"article_id": codes, **attributes})
    vectors = lambda count: pa.FixedSizeListArray.from_arrays(
        pa.array(random.standard_normal(count * WIDTH).astype(np.float32)), WIDTH
    )
    # Some articles have no vector.
    write("vectors", {"article_id": codes[: articles * 19 // 20], "vector": vectors(articles * 19 // 20)})


def main() -> None:
    number = lambda text: int(text.replace("_", ""))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidates", type=number, default=1_000_000)
    parser.add_argument("--customers", type=number, default=40_000)
    parser.add_argument("--articles", type=number, default=20_000)
    parser.add_argument("--threads", type=number)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="similarity-"))
    try:
        generate(folder, asked.candidates, asked.customers, asked.articles)
        (folder / "main.gml").write_text(PROGRAM)
        peer = [sys.executable, ROOT / "tests" / "peers" / "similarity_features.py", folder]
        told = json.loads(subprocess.run(peer, check=True, capture_output=True, text=True).stdout)
        peers = pq.read_table(folder / "peer.parquet")
        print(f"{peers.num_rows:,} candidates, {asked.customers:,} customers, {asked.articles:,} articles")
        for pipeline, output, column, name in [
            ("attributes", "by_attributes", "alike", "jaccard"),
            ("tastes_met", "by_vectors", "to_taste", "cosine"),
        ]:
            command = [GMLC, "run", pipeline, "--project", folder, "--force"]
            command += ["--threads", asked.threads] if asked.threads else []
            taken = median(command, asked.runs)
            made = pq.read_table(folder / "out" / f"{output}.parquet")
            for key in ["customer_id", "article_id"]:
                assert made[key].cast(pa.string()).equals(peers[key].cast(pa.string())), f"rows of {output}"
            off = np.abs(made[column].to_numpy() - peers[column].to_numpy()).max()
            # The mean of vectors has 32 bits a number.
            assert off < (1e-12 if name == "jaccard" else 1e-6), f"{column} differs by {off}"
            frames, dictionaries = (told[name][way] / taken.seconds for way in ["frames", "dictionaries"])
            print(
                f"  {name:<8} gmlc {taken.seconds:7.2f} s ({taken.processor:.2f} s of processors, {taken.memory:.0f} MiB)  pandas with lookups in frames"
                f" {told[name]['frames']:7.1f} s, in dictionaries {told[name]['dictionaries']:.1f} s: {frames:.0f} times as fast, {goal(frames >= 100)} (100),"
                f" and {dictionaries:.0f}; largest difference {off:.1e}"
            )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Holds dgsr against sasrec and neighbours on purchases at Amazon (Beauty) and on MovieLens 100k, all items ranked.

    tests/bench/rivals.py [--only beauty|movielens] [--rivals popularity,item_knn,sasrec,dgsr] [--epochs 40] [--threads N]

Needs `cargo build --release --package gmlc` and the data in $GML_SHARED/data (by default beside this repository). The protocol is that of
the data's README: of each user the last item is to be found, the one before it is to stop by, among all items but those that the user
had. Each rival is a run of its own, so that its time and memory are its own. It takes hours with all epochs on two cores; `--epochs 3` says
whether it works. Prints a table for each data set, and whether dgsr is above item_knn (the goal).
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from measure import goal, once

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))

PROGRAM = """use std.graph.{{dgsr, sasrec, sequences}}
use std.metrics.{{hit_rate, mrr, ndcg}}
use std.recommend.{{item_knn, popularity}}

param epochs: int = 40

catalog {{ interactions: table {schema} = parquet("{file}") }}

node users(interactions: table {schema}) -> sequences[{item}] {{
    interactions
        |> derive {{ at = {at} }}
        |> sequences(session: .user_id, item: .item_id, time: .at)
}}
"""

PIPELINE = """
pipeline judge_{name} {{
    let data = users(interactions) |> split_leave_last()
    let model = fit({name}({arguments}), train: data.train{valid})
    track evaluate(model, on: [data.test], metrics: [hit_rate(10), ndcg(10), mrr(10)], exclude: seen)
}}
"""

LEARNED = "epochs: epochs, stop_after: 4, seed: 1"
SETS = {
    "beauty": {
        "file": "amazon_beauty_seq/interactions.parquet",
        "schema": "{ group user_id: int32, id item_id: int32, pos: int16 }",
        "item": "int32",
        # There are no times: the place in the order stands for the day.
        "at": "@2000-01-01T00:00:00Z + 1d * .pos",
        "rivals": {
            "popularity": "",
            "item_knn": "decay: 1.0",
            "sasrec": f"dimension: 64, layers: 2, length: 50, dropout: 0.5, l2: 0.0, {LEARNED}",
            "dgsr": f"dimension: 50, hops: 2, neighbours: 50, l2: 1e-5, {LEARNED}",
        },
    },
    "movielens": {
        "file": "movielens_100k/inter.parquet",
        "schema": "{ group user_id: int, id item_id: int, rating: int, timestamp: int }",
        "item": "int",
        "at": "@1970-01-01T00:00:00Z + 1s * .timestamp",
        "rivals": {
            "popularity": "",
            "item_knn": "decay: 1.0",
            "sasrec": f"dimension: 64, layers: 2, length: 200, dropout: 0.2, l2: 0.0, batch: 20, {LEARNED}",
            # Films have hundreds of ratings: of 50 times 50 that a user would see, 20 times 20 are looked at.
            "dgsr": f"dimension: 50, hops: 2, neighbours: 20, l2: 1e-5, {LEARNED}",
        },
    },
}


def judged(project: Path) -> dict:
    """The metrics of the last run."""
    runs = project / ".gml" / "runs"
    record = json.loads((runs / (runs / "last").read_text().strip() / "run.json").read_text())
    return {metric["name"].split("[")[0]: 100 * metric["value"] for metric in record["metrics"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=list(SETS))
    parser.add_argument("--rivals", default="popularity,item_knn,sasrec,dgsr")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    data = SHARED / "data"
    if not GMLC.exists() or not data.exists():
        sys.exit(f"SKIPPED: there is no {GMLC} or no {data}")
    for name, of in SETS.items():
        if options.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            project = Path(scratch)
            fields = {key: of[key] for key in ["schema", "item", "at"]}
            program = PROGRAM.format(**fields, file=data / of["file"])
            for rival, arguments in of["rivals"].items():
                valid = ", valid: data.valid" if "stop_after" in arguments else ""
                program += PIPELINE.format(name=rival, arguments=arguments, valid=valid)
            (project / "main.gml").write_text(program)
            print(f"{name}, at most {options.epochs} epochs, {options.threads} threads: percent of all users, all items ranked but those seen")
            print(f"  {'':<12} {'HR@10':>7} {'NDCG@10':>8} {'MRR@10':>7} {'time':>9} {'memory':>10}")
            found = {}
            for rival in options.rivals.split(","):
                command = [GMLC, "run", f"judge_{rival}", "--project", project, "--threads", options.threads]
                taken = once([*command, "--set", f"epochs={options.epochs}"])
                of_rival = found[rival] = judged(project)
                numbers = [of_rival[metric] for metric in ("hit_rate(10)", "ndcg(10)", "mrr(10)")]
                print(
                    f"  {rival:<12} {numbers[0]:7.2f} {numbers[1]:8.2f} {numbers[2]:7.2f} {taken.seconds:7.0f} s {taken.memory:6.0f} MiB",
                    flush=True,
                )
            if {"dgsr", "item_knn"} <= found.keys():
                above = all(found["dgsr"][metric] > found["item_knn"][metric] for metric in found["dgsr"])
                print(f"  dgsr above item_knn in all: {goal(above)}")


if __name__ == "__main__":
    main()

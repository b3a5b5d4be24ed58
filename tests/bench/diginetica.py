#!/usr/bin/env python3
"""Trains sr_gnn on the sessions of Diginetica and judges it as its paper does.

    tests/bench/diginetica.py [--share 1.0] [--epochs 4] [--threads N]

Needs `cargo build --release --package gmlc` and the data in $GML_SHARED/data (by default beside this repository). It learns from all training
sessions (with a smaller `--share`, from the last ones of them), ranks all items for every prefix of the test sessions, and prints HR@20, MRR@20 and
NDCG@20 in percent. Goal: HR@20 48 and MRR@20 16.5 (published: 50.73 and 17.59). With all sessions it takes 23 minutes on two cores.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from measure import goal, once
from rivals import GMLC, SHARED, judged

SESSIONS = 186_670

PROGRAM = """use std.graph.{{sequences, sr_gnn}}
use std.metrics.{{hit_rate, mrr, ndcg}}

param first: int32
param epochs: int

schema Click {{ group session_id: int32, id item_id: int32, pos: int16 }}
schema Case {{ group case_id: int32, prefix: list[int32], target: int32 }}

catalog {{
    train: table[Click] = parquet("{folder}/train_clicks.parquet"),
    cases: table[Case] = parquet("{folder}/test_cases.parquet"),
}}

pipeline judge {{
    let learn = train
        |> filter(.session_id >= first)
        |> derive {{ at = @2016-01-01T00:00:00Z + 1s * .pos }}
        |> sequences(session: .session_id, item: .item_id, time: .at)
    let model = fit(sr_gnn(epochs: epochs, seed: 42), train: learn)
    # Those of one moment stay in the order of the rows.
    let given = cases
        |> select {{ case_id = .case_id, item = .prefix, at = @2016-01-01T00:00:00Z }}
        |> explode([.item])
    let next = cases |> select {{ case_id = .case_id, item = .target, at = @2016-01-01T00:00:01Z }}
    let judge = union([given, next]) |> sequences(session: .case_id, item: .item, time: .at)
    track evaluate(model, on: [judge], metrics: [hit_rate(20), mrr(20), ndcg(20)])
}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    folder = SHARED / "data" / "diginetica_sessions"
    if not GMLC.exists() or not folder.exists():
        sys.exit(f"SKIPPED: there is no {GMLC} or no {folder}")
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        (project / "main.gml").write_text(PROGRAM.format(folder=folder.resolve()))
        first = round(SESSIONS * (1 - options.share))
        settings = ["--set", f"first={first}", "--set", f"epochs={options.epochs}"]
        taken = once([GMLC, "run", "--project", project, "--threads", options.threads, *settings])
        found = judged(project)
    numbers = ", ".join(f"{name} {value:.2f}" for name, value in found.items())
    print(f"sr_gnn, {SESSIONS - first} sessions, {options.epochs} epochs: {numbers}; {taken.seconds:.0f} s, {taken.memory:.0f} MiB")
    print(f"  {goal(found['hit_rate(20)'] >= 48 and found['mrr(20)'] >= 16.5)}: HR@20 48 and MRR@20 16.5")


if __name__ == "__main__":
    main()

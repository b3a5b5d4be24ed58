#!/usr/bin/env python3
"""Holds exact TreeSHAP against `shap.TreeExplainer` and LightGBM's own contributions: the same trees and rows.

    $GML_BENCH_PYTHON tests/bench/explain.py [--rounds 200] [--leaves 31] [--runs 3]

Trees learn from the numbers of the adult table (../shared/data, or $GML_SHARED), and explain all of its 48,842 rows. Prints the
rows a second of each, medians of runs in turns, and the largest difference. `shap.TreeExplainer` asks LightGBM about a model of
LightGBM; its own walk over the trees, which it takes for others, has one thread.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import shap

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))


def program(columns: list, rounds: int, leaves: int) -> str:
    features = ", ".join(f"{name}: float" for name in columns)
    contributions = ", ".join(f".{name}_contribution" for name in columns)
    made = ", ".join(f"{name}_contribution: float" for name in columns)
    return f"""use std.learn.{{boosted_trees}}
schema Person {{ {features}, target rich: bool }}
catalog {{
    people: table[Person] = parquet("people.parquet"),
    again: table[Person] = parquet("people.parquet"),
    model: model = artifact("model"),
    why: table {{ {made}, base: float }} = parquet("why.parquet"),
}}
pipeline learning {{
    save fit(boosted_trees(objective: binary, rounds: {rounds}, leaves: {leaves}, seed: 1), train: people) as model
}}
pipeline explaining {{
    save again |> contributions(model) |> select([{contributions}, .base]) as why
}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--leaves", type=int, default=31)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    folder = SHARED / "data" / "adult_income"
    if not folder.exists():
        sys.exit(f"SKIPPED: there is no {folder} (set GML_SHARED)")
    people = pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("adult_*.parquet"))], ignore_index=True)
    target = people.columns[-1]
    rich = people[target].astype(str).str.contains(">50K")
    numbers = people.drop(columns=target).select_dtypes("number").astype(float)
    numbers.columns = [name.replace("-", "_").replace(".", "_") for name in numbers.columns]
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        (project / "main.gml").write_text(program(list(numbers.columns), asked.rounds, asked.leaves))
        numbers.assign(rich=rich.to_numpy()).to_parquet(project / "people.parquet")

        def run(pipeline: str, threads: int) -> float:
            done = subprocess.run(
                [GMLC, "run", pipeline, "--force", "--threads", str(threads), "--project", project],
                capture_output=True,
                text=True,
            )
            if done.returncode != 0:
                sys.exit(done.stdout + done.stderr)
            runs = project / ".gml" / "runs"
            record = json.loads((runs / (runs / "last").read_text().strip() / "run.json").read_text())
            return sum(step["seconds"] for step in record["steps"] if "contributions" in step["name"])

        run("learning", 1)
        booster = lightgbm.Booster(model_file=str(next(project.glob("model/**/model.txt"))))
        matrix = numbers.to_numpy()
        ways = {
            "gmlc, one thread": lambda: run("explaining", 1),
            "gmlc, two threads": lambda: run("explaining", 2),
            "LightGBM's pred_contrib, one thread": timed(lambda: booster.predict(matrix, pred_contrib=True, num_threads=1)),
            "LightGBM's pred_contrib, two threads": timed(lambda: booster.predict(matrix, pred_contrib=True, num_threads=2)),
            "shap.TreeExplainer, own walk": timed(lambda: own_values(booster, matrix)),
        }
        taken = {name: [] for name in ways}
        for _ in range(asked.runs):
            for name, way in ways.items():
                taken[name].append(way())
        rows = len(matrix)
        print(f"{rows:,} rows, {matrix.shape[1]} features, {asked.rounds} trees of {asked.leaves} leaves")
        fastest = statistics.median(taken["gmlc, one thread"])
        for name, seconds in taken.items():
            middle = statistics.median(seconds)
            print(f"  {name:<38} {middle:7.2f} s  {rows / middle:10,.0f} rows a second  {middle / fastest:5.2f} times gmlc's time")
        why = pd.read_parquet(project / "why.parquet").to_numpy()
        theirs = own_values(booster, matrix)
        print(f"  largest difference to shap {np.abs(why[:, :-1] - theirs).max():.1e}")
        theirs = booster.predict(matrix, pred_contrib=True)
        print(f"  largest difference to LightGBM {np.abs(why - theirs).max():.1e}")


def timed(work) -> "callable":
    def way() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return way


def own_values(booster: lightgbm.Booster, matrix: np.ndarray) -> np.ndarray:
    """Shapley values by shap's own walk over the trees: of a model of LightGBM it asks LightGBM otherwise."""
    explainer = shap.TreeExplainer(booster)
    explainer.model.model_type = "internal"
    return explainer.shap_values(matrix, check_additivity=False)


if __name__ == "__main__":
    main()

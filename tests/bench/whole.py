#!/usr/bin/env python3
"""The whole `ga4_propensity` blueprint against a Python script that does the same: visits, 40 trials, calibration, metrics, SHAP
values of every test row, a report, scores.

    tests/bench/whole.py [--runs 3]

Needs what `tests/bench/run` needs, and a Python with the packages of `tests/bench/requirements.txt` in $GML_BENCH_PYTHON. The two sides
search the same ranges with the same number of trials, rounds and threads; their searches draw different numbers, so the AUC on the test
days is told for both. Ratios hold within one run only.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Measured, goal, middle, once, with_events

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
BLUEPRINT = ROOT / "blueprints" / "ga4_propensity"
PEER = ROOT / "tests" / "peers" / "ga4_blueprint.py"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))
TRIALS = 50
PIPELINES = ["prepare", "training", "scoring"]


def project_of(folder: Path, events: Path) -> Path:
    """The blueprint's program over all events."""
    project = with_events(folder, events)
    shutil.copy(BLUEPRINT / "main.gml", project)
    return project


def run_gml(project: Path) -> list:
    """One measurement a pipeline."""
    return [once([GMLC, "run", pipeline, "--set", f"trials={TRIALS}", "--project", project]) for pipeline in PIPELINES]


def test_auc(project: Path) -> float:
    """Of the last training."""
    runs = sorted((project / ".gml" / "runs").glob("*/run.json"))
    for record in map(json.loads, (run.read_text() for run in reversed(runs))):
        for metric in record["metrics"]:
            if (metric["name"], metric["partition"]) == ("auc", "test"):
                return metric["value"]
    raise SystemExit("no run tracked an AUC")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="of which the median is taken")
    runs = parser.parse_args().runs
    events = next(iter(sorted(SHARED.glob("data/ga4_ecommerce/**/events_20201219.parquet"))), None)
    python = os.environ.get("GML_BENCH_PYTHON")
    if events is None or not python:
        sys.exit("SKIPPED: no events below $GML_SHARED/data/ga4_ecommerce, or no $GML_BENCH_PYTHON")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, median of {runs} runs, {TRIALS} trials")
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for turn in range(runs):
            # In turns, so that whatever else the machine does meets both.
            project = project_of(Path(scratch) / f"gml_{turn}", events.parent)
            parts = run_gml(project)
            ours.append(Measured(
                sum(part.seconds for part in parts),
                sum(part.processor for part in parts),
                max(part.memory for part in parts),
            ))
            out = Path(scratch) / f"peer_{turn}"
            theirs.append(once([python, PEER, events.parent, "--out", out, "--trials", TRIALS]))
        peer = json.loads((out / "summary.json").read_text())
        auc = test_auc(project)
    ours, theirs = middle(ours), middle(theirs)
    for name, taken in [("gmlc run", ours), ("pandas, Optuna, LightGBM, shap", theirs)]:
        print(f"  {name:<32} {taken.seconds:7.2f} s  {taken.processor:7.2f} s of processor  {taken.memory:6.0f} MiB")
    faster = theirs.seconds / ours.seconds
    print(f"  {faster:.1f} times as fast  {goal(faster >= 5)}: 5 times")
    print(f"  AUC on the test days {auc:.4f}, in Python {peer['test']['auc']:.4f}")
    print(f"  parts in Python: {peer['seconds']}")


if __name__ == "__main__":
    main()

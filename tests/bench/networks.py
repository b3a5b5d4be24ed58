#!/usr/bin/env python3
"""Measures a training step of SR-GNN on the sessions of Diginetica, against PyTorch.

    tests/bench/networks.py [--runs 3] [--sessions FOLDER]

Needs `cargo build --release --package gml-neural --example sessions`, the data in $GML_SHARED/data/diginetica_sessions (by default
beside this repository), a Python with polars ($GML_PEERS_PYTHON, which tests/all sets up) and one with torch ($GML_TORCH_PYTHON:
`pip install torch numpy`). Both take 100 sessions a step, rows of 100 numbers and all 43,097 items; runs take turns, and
ratios hold within one run only. With `--sessions` the files of sessions that it makes are kept: `train.txt`, `valid.txt` (the last
tenth) and `test.txt`, which the example and tests/peers/session_networks.py train on.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "sessions"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))
PEER = ROOT / "tests" / "peers" / "session_networks.py"

MAKE = """
import sys
from pathlib import Path
import polars
data, folder = Path(sys.argv[1]), Path(sys.argv[2])
clicks = polars.read_parquet(data / "train_clicks.parquet").sort("session_id", "pos")
sessions = clicks.group_by("session_id", maintain_order=True).agg("item_id")["item_id"].to_list()
cases = polars.read_parquet(data / "test_cases.parquet")
test, before = [], 1
for prefix, target in zip(cases["prefix"].to_list(), cases["target"].to_list()):
    if before == 1:
        test.append(prefix + [target])
    before = len(prefix)
code = {item: number for number, item in enumerate(sorted({item for session in sessions for item in session}))}
cut = len(sessions) * 9 // 10
for name, part in [("train", sessions[:cut]), ("valid", sessions[cut:]), ("test", test)]:
    lines = (" ".join(str(code[item]) for item in session if item in code) for session in part)
    (folder / f"{name}.txt").write_text("\\n".join(lines) + "\\n")
print(len(code))
"""


def milliseconds(command: list) -> float:
    """What a program says of its steps."""
    printed = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    return float(re.search(r"a step ([0-9.]+) ms", printed)[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sessions", type=Path)
    options = parser.parse_args()
    data, polars, torch = SHARED / "data" / "diginetica_sessions", "GML_PEERS_PYTHON", "GML_TORCH_PYTHON"
    absent = [str(path) for path in (EXAMPLE, data) if not path.exists()]
    absent += [f"${name}" for name in (polars, torch) if not os.environ.get(name)]
    if absent:
        sys.exit(f"skipped: {', '.join(absent)} not there")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.sessions or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        made = subprocess.run([os.environ[polars], "-c", MAKE, data, folder], capture_output=True, text=True, check=True)
        items, train = int(made.stdout), folder / "train.txt"
        ours, theirs = [], []
        for _ in range(options.runs):
            ours.append(milliseconds([EXAMPLE, "step", "sr_gnn", train]))
            theirs.append(milliseconds([os.environ[torch], PEER, "step", train, "--items", items]))
        ours, theirs = min(ours), min(theirs)
        goal = "met" if ours <= theirs else "missed"
        print(f"a step: gml-neural {ours:.1f} ms, PyTorch {theirs:.1f} ms, {theirs / ours:.1f} times as fast; goal (no slower) {goal}")


if __name__ == "__main__":
    main()

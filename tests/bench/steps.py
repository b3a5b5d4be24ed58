#!/usr/bin/env python3
"""What a run costs beside the work: 10,000 steps that have nothing to do, and the same again when all of it is cached.

What the steps cost is the time of the run beyond that of the same program checked, and of a run of a single step."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measure import goal, median, middle, once

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"


def program(steps: int) -> str:
    """A pipeline of about so many steps: each expectation computes a condition and its two sides from what the one table
    gave."""
    lines = ["schema Row { id name: str, n: int }", 'catalog { input: table[Row] = csv("in.csv") }']
    lines += ["pipeline main {", "    let start = count(input)"]
    lines += [f"    expect start + {number} > {number}" for number in range(1, max(steps // 3, 1) + 1)]
    return "\n".join([*lines, "}", ""])


def steps_of(project: Path) -> list:
    """The states of the steps of the last run."""
    last = (project / ".gml" / "runs" / "last").read_text().strip()
    return [step["state"] for step in json.loads((project / ".gml" / "runs" / last / "run.json").read_text())["steps"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of which the median is taken")
    parser.add_argument("--steps", type=int, default=10_000)
    arguments = parser.parse_args()
    if not GMLC.exists():
        raise SystemExit(f"there is no {GMLC}: cargo build --release --package gmlc")
    runs = arguments.runs
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, median of {runs} runs")
    with tempfile.TemporaryDirectory() as scratch:
        projects = {}
        for name, steps in [("single", 1), ("many", arguments.steps)]:
            projects[name] = Path(scratch) / name
            projects[name].mkdir()
            (projects[name] / "main.gml").write_text(program(steps))
            (projects[name] / "in.csv").write_text("name,n\na,1\nb,2\n")
        many = projects["many"]
        check = median([GMLC, "check", many], runs)
        single = median([GMLC, "run", "--force", "--project", projects["single"]], runs)
        forced = middle([once([GMLC, "run", "--force", "--project", many]) for _ in range(runs)])
        ran = steps_of(many)
        cached = median([GMLC, "run", "--project", many], runs)
        states = steps_of(many)
    if set(ran) != {"ran"} or set(states) != {"cached"}:
        raise SystemExit(f"the steps are {set(ran)}, then {set(states)}")
    step = (forced.seconds - check.seconds - single.seconds) / len(ran) * 1e6
    for name, taken in [("check", check), ("run of a few steps", single), (f"run of {len(ran)} steps", forced),
                        (f"cached run of {len(ran)} steps", cached)]:
        print(f"  {name:<28} {taken.seconds * 1000:8.1f} ms  {taken.processor * 1000:8.1f} ms of processor  "
              f"{taken.memory:6.0f} MiB")
    print(f"  {step:.1f} us a step  {goal(step < 50)}: 50 us")
    print(f"  {cached.seconds:.2f} s cached  {goal(cached.seconds < 0.5)}: 0.5 s")


if __name__ == "__main__":
    main()

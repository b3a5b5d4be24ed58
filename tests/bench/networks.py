#!/usr/bin/env python3
"""Measures networks of sessions: graphs, steps and epochs of training against PyTorch, serving, and memory.

    $GML_BENCH_PYTHON tests/bench/networks.py [--only graphs|steps|epochs|serving|memory] [--runs 3] [--sessions 30000] [--largest 1000000]

Needs the packages of tests/bench/requirements.txt in $GML_BENCH_PYTHON (torch among them), the data in $GML_SHARED/data/diginetica_sessions
(by default beside this repository), and

    cargo build --release --package gmlc
    cargo build --release --package gml-neural --example sessions
    cargo build --release --package gml-inference --example next_items

Both sides of a comparison take the same sessions, the same sizes and the same cores, and runs take turns: ratios hold within one run
only. Steps and epochs are of 100 examples with all 43,097 items, rows of 100 numbers (dgsr: 50, as its paper), without dropout.
`--sessions` is how many sessions an epoch goes through (all: 186,670), `--largest` how many sessions memory is measured up to.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import goal, once

ROOT = Path(__file__).resolve().parent.parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
SESSIONS, NEXT_ITEMS, GMLC = BUILT / "examples" / "sessions", BUILT / "examples" / "next_items", BUILT / "gmlc"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data" / "diginetica_sessions"
PEERS = ROOT / "tests" / "peers"
PYTHON = os.environ.get("GML_BENCH_PYTHON", sys.executable)
PLAIN = ["--dropout", "0"]
SIZES = {
    "sr_gnn": (["--dimension", "100"], ["session_networks.py", "--width", "100"]),
    "gru4rec": (["--dimension", "100", *PLAIN], ["session_networks.py", "--width", "100"]),
    "sasrec": (["--dimension", "100", *PLAIN], ["session_networks.py", "--width", "100"]),
    "dgsr": (["--dimension", "50"], ["dgsr_network.py", "--width", "50"]),
}


def said(command: list, environment: dict | None = None) -> str:
    """What a program prints. One that fails ends the measurement."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"{pattern} is not in what was printed:\n{text}")
    return float(found[1])


def peer(command: str, network: str, sessions: Path, *further) -> list:
    script, *size = SIZES[network][1]
    named = [] if network == "dgsr" else ["--network", network]
    return [PYTHON, PEERS / script, command, sessions, *size, *named, "--threads", os.cpu_count(), *further]


def ours(command: str, network: str, sessions: Path, *further) -> list:
    return [SESSIONS, command, network, sessions, *SIZES[network][0], *further]


def prepare(folder: Path, count: int) -> dict:
    """The sessions of Diginetica as text: all, and the last so many, with the number of items."""
    import polars

    clicks = polars.read_parquet(DATA / "train_clicks.parquet").sort("session_id", "pos")
    sessions = clicks.group_by("session_id", maintain_order=True).agg("item_id", "pos")
    items, places = sessions["item_id"].to_list(), sessions["pos"].to_list()
    code = {item: place for place, item in enumerate(sorted({item for session in items for item in session}))}
    lines = [
        " ".join(f"{code[item]}:{number * 60 + place}" for item, place in zip(session, at))
        for number, (session, at) in enumerate(zip(items, places))
    ]
    plain = [" ".join(click.split(":")[0] for click in line.split()) for line in lines]
    for name, of in [("all", plain), ("some", plain[-count:]), ("timed", lines[-count:])]:
        (folder / f"{name}.txt").write_text("\n".join(of) + "\n")
    return {"items": len(code), "sessions": len(lines)}


def graphs(folder: Path, runs: int) -> None:
    print("graphs of all prefixes of the sessions, a second:")
    pattern = r": ([0-9]+) a second"
    one = {**os.environ, "RAYON_NUM_THREADS": "1"}
    alone, together, numpy = [], [], []
    for _ in range(runs):
        alone.append(number(pattern, said([SESSIONS, "graphs", "sr_gnn", folder / "some.txt"], one)))
        together.append(number(pattern, said([SESSIONS, "graphs", "sr_gnn", folder / "some.txt"])))
        numpy.append(number(pattern, said([PYTHON, PEERS / "session_networks.py", "graphs", folder / "some.txt"])))
    alone, together, numpy = map(statistics.median, (alone, together, numpy))
    print(f"  gml-neural, one thread {alone:12,.0f}")
    print(f"  gml-neural, all threads {together:11,.0f}")
    print(f"  numpy, as SR-GNN's code {numpy:11,.0f}   ({alone / numpy:.0f} and {together / numpy:.0f} times as fast)")


def compared(what: str, unit: str, pattern: str, folder: Path, items: int, runs: int) -> None:
    for network in SIZES:
        sessions = folder / ("timed.txt" if network == "dgsr" else "some.txt")
        mine, torch = [], []
        for _ in range(runs):
            mine.append(number(pattern, said(ours(what, network, sessions, "--items", items))))
            torch.append(number(pattern, said(peer(what, network, sessions, "--items", items))))
        mine, torch = min(mine), min(torch)
        told = f"gml-neural {mine:8.1f} {unit}, PyTorch {torch:8.1f} {unit}, {torch / mine:.1f} times as fast"
        print(f"  {network:<8} {what}: {told}; {goal(mine <= torch)}: no slower")


def serving(folder: Path, items: int) -> None:
    """One session at a time, as a server is asked, and 64 together, as `recommend` asks."""
    print("what comes next of 43,097 items, the best 20, by ONNX Runtime:")
    # What was learned does not matter here: few sessions, but all items.
    few = folder / "few.txt"
    few.write_text("\n".join((folder / "timed.txt").read_text().splitlines()[:500]) + "\n")
    for network in SIZES:
        model = folder / f"{network}.onnx"
        said(ours("epoch", network, few, "--items", items, "--onnx", model))
        for threads in [1, os.cpu_count()]:
            print(f"  {network} on {threads} thread{'s' if threads > 1 else ''}")
            for line in said([NEXT_ITEMS, onnxruntime(), model, folder / "some.txt", 20, threads, 5000]).splitlines():
                print(f"    {line}")


def onnxruntime() -> Path:
    """Where ONNX Runtime lies in the Python that compares."""
    import onnxruntime as package

    return Path(package.__file__).parent / "capi"


PROGRAM = """use std.graph.{sequences, sr_gnn}
use std.metrics.{hit_rate}
use std.recommend.{item_knn, recommend}

catalog {
    clicks: table { group session: int, id item: int, time at: timestamp } = parquet("clicks.parquet"),
    next: table { id session: int, items: list[int], scores: list[float] } = parquet("next.parquet"),
}

pipeline build {
    let data = clicks |> sequences(session: .session, item: .item, time: .at, min_length: 2) |> split_time(test: last(1d))
    expect count(clicks) > 0
    track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [hit_rate(20)])
}

pipeline serve {
    let visits = clicks |> sequences(session: .session, item: .item, time: .at)
    save visits |> recommend(fit(item_knn(), train: visits), k: 20) as next
}
"""


def memory(folder: Path, largest: int) -> None:
    """Sessions of five clicks on 40,000 items, of which a few are on most."""
    import numpy
    import polars

    print("the most memory, in MiB (a click is a row of 24 bytes):")
    count = 10_000
    while count <= largest:
        project = folder / f"memory_{count}"
        project.mkdir()
        (project / "main.gml").write_text(PROGRAM)
        random = numpy.random.default_rng(1)
        items = (40_000 * random.random(5 * count) ** 3).astype(numpy.int64)
        session = numpy.repeat(numpy.arange(count), 5)
        start = numpy.datetime64("2021-01-01", "us").astype(numpy.int64) + session * (28 * 86_400_000_000 // count)
        at = (start + numpy.tile(numpy.arange(5), count) * 1_000_000).astype("datetime64[us]")
        polars.DataFrame({"session": session, "item": items, "at": at}).write_parquet(project / "clicks.parquet")
        lines = "\n".join(" ".join(map(str, row)) for row in items.reshape(-1, 5).tolist())
        (project / "sessions.txt").write_text(lines + "\n")
        taken = {
            "sequences, split, item_knn, judged": once([GMLC, "run", "build", "--force", "--project", project]),
            "20 recommended to each": once([GMLC, "run", "serve", "--force", "--project", project]),
            "graphs of sr_gnn": once([SESSIONS, "graphs", "sr_gnn", project / "sessions.txt"]),
            "sr_gnn, 60 steps": once([SESSIONS, "step", "sr_gnn", project / "sessions.txt"]),
        }
        for what, measured in taken.items():
            print(f"  {count:>9,} sessions  {what:<36} {measured.memory:8.0f} MiB  {measured.seconds:6.1f} s")
        count *= 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["graphs", "steps", "epochs", "serving", "memory"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=30_000)
    parser.add_argument("--largest", type=int, default=1_000_000)
    options = parser.parse_args()
    wanted = lambda part: options.only in (None, part)
    needed = [SESSIONS, DATA] + [NEXT_ITEMS] * wanted("serving") + [GMLC] * wanted("memory")
    absent = [str(path) for path in needed if not path.exists()]
    if absent:
        sys.exit(f"SKIPPED: {', '.join(absent)} not there")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        about = prepare(folder, options.sessions)
        print(f"{about['sessions']:,} sessions, {about['items']:,} items, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        if wanted("graphs"):
            graphs(folder, options.runs)
        if wanted("steps"):
            print("a step of training, the fastest of the medians of the runs:")
            compared("step", "ms", r"a step ([0-9.]+) ms", folder, about["items"], options.runs)
        if wanted("epochs"):
            print(f"an epoch over {options.sessions:,} sessions, once:")
            compared("epoch", "s", r"an epoch ([0-9.]+) s", folder, about["items"], 1)
        if wanted("serving"):
            serving(folder, about["items"])
        if wanted("memory"):
            memory(folder, options.largest)


if __name__ == "__main__":
    main()

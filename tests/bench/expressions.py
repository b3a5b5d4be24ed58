#!/usr/bin/env python3
"""Row expressions of gmlc against polars' streaming engine, on one thread: forty of them over the same rows.

    POLARS_MAX_THREADS=1 $GML_PEERS_PYTHON tests/bench/expressions.py [--rows 10_000_000] [--runs 5] [--only heavy|plain|others]
        [--backend auto|polars|interpreter|cranelift|llvm]

Ten are heavy in functions (goal: 5 times as fast), ten are plain arithmetic (1.5 times), twenty are others (never slower than 0.95 of it).
Of gmlc it is the time of the operator `select` of a program over a table that lies in memory; of polars that of
`DataFrame.lazy().select(..).collect(engine="streaming")` over the same one. Best of the runs on both sides, behind one that is not counted. What gmlc
gave is held against what polars found.

Needs `cargo build --release --package gml-tests --example row_expressions` and a Python with numpy and polars ($GML_PEERS_PYTHON of tests/all has them).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl

from measure import goal

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "row_expressions"

a, b, d, e, i, j, p, q, n, t, s = (pl.col(name) for name in "abdeijpqnts")
when = lambda condition, yes, no: pl.when(condition).then(yes).otherwise(no)

HEAVY = {
    "log1p(.a * .b + .d) / (1.0 + exp(0.0 - .d)) + (if .e > 0.0 then .a else .b)": (a * b + d).log1p() / (1.0 + (0.0 - d).exp()) + when(e > 0.0, a, b),
    "1.0 / (1.0 + exp(0.0 - .a))": 1.0 / (1.0 + (0.0 - a).exp()),
    "1.0 / (1.0 + exp(0.0 - (.a * 0.3 + .b * 0.7)))": 1.0 / (1.0 + (0.0 - (a * 0.3 + b * 0.7)).exp()),
    "ln(.b + 0.1) + log1p(.b) + log10(.b + 0.1)": (b + 0.1).log() + b.log1p() + (b + 0.1).log10(),
    "exp(0.0 - (.a - 0.5) * (.a - 0.5) / 0.32) / 1.0027": (0.0 - (a - 0.5) * (a - 0.5) / 0.32).exp() / 1.0027,
    "log1p(exp(.a)) - log1p(exp(.d))": a.exp().log1p() - d.exp().log1p(),
    "(.b + 0.1) ** .a": (b + 0.1) ** a,
    "exp((ln(.b + 1.0) + ln(.d + 1.0) + ln(.e + 1.0)) / 3.0)": (((b + 1.0).log() + (d + 1.0).log() + (e + 1.0).log()) / 3.0).exp(),
    "ln((.a + 0.01) / (1.01 - .a)) * .e": ((a + 0.01) / (1.01 - a)).log() * e,
    "(exp(2.0 * .a) - 1.0) / (exp(2.0 * .a) + 1.0)": ((2.0 * a).exp() - 1.0) / ((2.0 * a).exp() + 1.0),
}  # fmt: skip
PLAIN = {
    ".a * .b + .d": a * b + d,
    "((((.a * 0.3 + 1.0) * .a + 2.0) * .a + 3.0) * .a + 4.0) * .a + 5.0": ((((a * 0.3 + 1.0) * a + 2.0) * a + 3.0) * a + 4.0) * a + 5.0,
    "(.a - 0.4) / 1.7": (a - 0.4) / 1.7,
    ".a * .b + .d * .e": a * b + d * e,
    "(.a + 2.0 * .b + 3.0 * .d + 4.0 * .e) / 10.0": (a + 2.0 * b + 3.0 * d + 4.0 * e) / 10.0,
    "(.a - .b) * (.a - .b) + (.d - .e) * (.d - .e)": (a - b) * (a - b) + (d - e) * (d - e),
    "(.a - .b) / (.a + .b + 1.0)": (a - b) / (a + b + 1.0),
    ".i * .j + .i": i * j + i,
    "abs(.a - .b) * 2.0 - .d": (a - b).abs() * 2.0 - d,
    "sqrt(.a * .a + .b * .b) + .d": (a * a + b * b).sqrt() + d,
}  # fmt: skip
OTHERS = {
    ".a + .b": a + b,
    ".a": a,
    ".a > .b": a > b,
    ".a > 0.2 and .b < 0.8": (a > 0.2) & (b < 0.8),
    "(.a > .b and .p) or (.d < .e and .q)": ((a > b) & p) | ((d < e) & q),
    "if .p then .a else .b": when(p, a, b),
    "if .a < 0.2 then 0.0 else if .a < 0.5 then .a * 2.0 else if .a < 0.8 then .b else 1.0": when(a < 0.2, 0.0, when(a < 0.5, a * 2.0, when(a < 0.8, b, 1.0))),
    ".n ?? 0.0": n.fill_null(0.0),
    "(.n ?? 0.0) * 2.0": n.fill_null(0.0) * 2.0,
    ".n is null": n.is_null(),
    "clip(.a + .b, 0.0, 1.0)": (a + b).clip(0.0, 1.0),
    "floor(.a * 10.0)": (a * 10.0).floor(),
    "as_float(.i) / as_float(.j)": i.cast(pl.Float64) / j.cast(pl.Float64),
    "if .i > 10 then .i * .j else .i + 1": when(i > 10, i * j, i + 1),
    "upper(.s)": s.str.to_uppercase(),
    "starts_with(.s, \"1\")": s.str.starts_with("1"),
    ".s == \"12\"": s == "12",
    "char_count(.s)": s.str.len_chars().cast(pl.Int64),
    "year(.t)": t.dt.year().cast(pl.Int64),
    ".t > @2021-06-01T00:00:00Z": t > pl.datetime(2021, 6, 1),
}  # fmt: skip
GROUPS = {"heavy": (HEAVY, 5.0), "plain": (PLAIN, 1.5), "others": (OTHERS, 0.95)}


def generate(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(7)
    numbers = random.random(rows) * 1000
    whole = numbers.astype(np.int64)
    floats = {name: random.random(rows) * scale for name, scale in {"a": 1.0, "b": 3.0, "d": 2.0, "e": 1.0}.items()}
    return pl.DataFrame(floats | {"i": whole % 97 + 1, "j": whole % 31 + 1, "p": whole % 2 == 0, "q": whole % 3 == 0}).with_columns(
        n=pl.Series(numbers).set(pl.Series(numbers <= 300), None),
        t=(pl.lit(1_600_000_000_000_000) + pl.Series(whole) * 86_400_000_000).cast(pl.Datetime("us")),
        s=pl.Series(whole).cast(pl.String),
    )


def program(group: dict) -> str:
    row = "a: float, b: float, d: float, e: float, i: int, j: int, p: bool, q: bool, n: float?, t: timestamp, s: str"
    text = f'catalog {{ values: table {{ {row} }} = parquet("values.parquet") }}\n'
    for place, expression in enumerate(group):
        text += f"pipeline case{place} {{\n    expect count(values |> select {{ v = {expression} }}) > 0\n}}\n"
    return text


def of_gmlc(folder: Path, backend: str, runs: int) -> dict:
    """Nanoseconds a row of each pipeline of the program."""
    done = subprocess.run([OURS, folder, backend, str(runs)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{OURS.name} failed with {done.returncode}:\n{done.stderr[-2000:]}")
    return {name: float(taken) for name, taken in (line.split() for line in done.stdout.splitlines())}


def of_polars(rows: pl.DataFrame, expression: pl.Expr, runs: int) -> float:
    """Nanoseconds a row."""
    taken = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        rows.lazy().select(v=expression).collect(engine="streaming")
        taken.append(time.perf_counter() - started)
    return min(taken[1:]) * 1e9 / rows.height


def main() -> None:
    number = lambda text: int(text.replace("_", ""))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=number, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=list(GROUPS))
    parser.add_argument("--backend", default="auto")
    asked = parser.parse_args()
    if not OURS.exists():
        sys.exit(f"SKIPPED: there is no {OURS}")
    rows = generate(asked.rows)
    print(f"{asked.rows:,} rows, {pl.thread_pool_size()} thread, backend {asked.backend}: nanoseconds a row")
    for name, (group, least) in GROUPS.items():
        if asked.only not in (None, name):
            continue
        folder = Path(tempfile.mkdtemp(prefix="expressions-"))
        try:
            (folder / "out").mkdir()
            rows.write_ipc_stream(folder / "values.arrow", compat_level=pl.CompatLevel.oldest())
            (folder / "main.gml").write_text(program(group))
            taken = of_gmlc(folder, asked.backend, asked.runs)
            ratios = []
            for place, (text, expression) in enumerate(group.items()):
                ours, theirs = taken[f"case{place}"], of_polars(rows, expression, asked.runs)
                made = pl.read_ipc_stream(folder / "out" / f"case{place}.arrow")["v"]
                found = rows.lazy().select(v=expression).collect()["v"]
                if found.dtype.is_float():
                    off = ((made - found).abs() / found.abs().clip(1.0)).max() or 0.0
                    assert off < 1e-13 and made.null_count() == found.null_count(), f"{text}: {off}"
                else:
                    assert made.cast(found.dtype).equals(found), text
                ratios.append(theirs / ours)
                print(f"  {text[:80]:<80} gmlc {ours:7.2f}  polars {theirs:7.2f}  {ratios[-1]:6.2f} times as fast", flush=True)
            below = sum(ratio < least for ratio in ratios)
            print(f"{name}: least {min(ratios):.2f}, median {sorted(ratios)[len(ratios) // 2]:.2f}; {below} of {len(ratios)} below {least}: {goal(below == 0)}")
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

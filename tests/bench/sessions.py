#!/usr/bin/env python3
"""Measures how much memory it takes to make sessions of many events, and how long.

    tests/bench/sessions.py [--events 100_000_000] [--days 92] [--memory 4GiB] [--threads N] [--folder FOLDER] [--keep]

Generates events as Google Analytics 4 exports them (a Parquet file a day, twelve events a session in the mean, those of a day in random
order), and runs the pipeline `prepare` of the blueprint over all of them. The goal: 100 million events within 4 GiB, the peak of the
whole process as the system counts it. Needs `cargo build --release --package gmlc`, some 6 GB of disk for 100 million events, and a Python
with numpy and pyarrow ($GML_PEERS_PYTHON of tests/all has them).

Before that, the same program is run over few events with and without a limit, and the results must be the same bytes.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from measure import goal, once

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
PROGRAM = ROOT / "blueprints" / "ga4_propensity" / "main.gml"

FIRST_DAY = datetime.date(2021, 1, 1)
EVENTS_A_SESSION = 12
ROWS_A_GROUP = 250_000

NAMES = ["page_view", "user_engagement", "scroll", "view_item", "session_start", "first_visit", "add_to_cart"]
SHARES = [0.34, 0.26, 0.15, 0.12, 0.08, 0.04, 0.01]
DEVICES = ["desktop", "mobile", "tablet"]
SYSTEMS = ["Windows", "Macintosh", "Android", "iOS", "Web", "<Other>"]
BROWSERS = ["Chrome", "Safari", "Edge", "Firefox", "Android Webview", "<Other>"]
COUNTRIES = [f"Country number {place}" for place in range(110)]
CITIES = [f"City of some length {place}" for place in range(700)]
SOURCES = ["google", "(direct)", "<Other>", "shop.googlemerchandisestore.com", "(data deleted)"]
MEDIA = ["organic", "(none)", "referral", "cpc", "<Other>", "(data deleted)"]
CAMPAIGNS = ["(organic)", "(direct)", "(referral)", "<Other>", "Data Share Promo", "NewYear_V1"]


def words(random: np.random.Generator, choices: list[str], places: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(choices))


def day_of_events(number: int, count: int) -> pa.Table:
    """The events of a day, in random order. The same day gives the same events."""
    random = np.random.default_rng(number)
    day = FIRST_DAY + datetime.timedelta(days=number)
    sessions = max(count // EVENTS_A_SESSION, 1)
    # Three of ten visits are of somebody who was here in the days before.
    visitor = random.integers(0, sessions * 3, sessions) + (number // 7) * sessions
    begin = random.integers(0, 86_000_000_000, sessions) + (day - datetime.date(1970, 1, 1)).days * 86_400_000_000
    session = begin // 1_000_000
    of_session = {
        name: random.integers(0, len(choices), sessions)
        for name, choices in [
            ("device", DEVICES), ("system", SYSTEMS), ("browser", BROWSERS), ("country", COUNTRIES), ("city", CITIES),
            ("source", SOURCES), ("medium", MEDIA), ("campaign", CAMPAIGNS),
        ]
    }  # fmt: skip
    of = random.integers(0, sessions, count)
    taken = lambda name, choices: words(random, choices, of_session[name][of])

    # Each event has four parameters, one of which names the session.
    keys = np.tile(np.array([0, 1, 2, 3], dtype=np.int32), count)
    integers = np.zeros(count * 4, dtype=np.int64)
    integers[1::4] = session[of]
    integers[3::4] = random.integers(1, 40, count)
    is_integer = np.tile(np.array([False, True, False, True]), count)
    titles = np.where(is_integer, 0, random.integers(0, 50, count * 4)).astype(np.int32)
    nothing = pa.nulls(count * 4, pa.float64())
    value = pa.StructArray.from_arrays(
        [
            pa.DictionaryArray.from_arrays(
                pa.array(titles, mask=is_integer), pa.array([f"https://shop.example.org/page/{page}" for page in range(50)])
            ).cast(pa.string()),
            pa.array(integers, mask=~is_integer),
            nothing,
            nothing,
        ],
        names=["string_value", "int_value", "float_value", "double_value"],
    )
    names = pa.DictionaryArray.from_arrays(
        pa.array(keys), pa.array(["page_location", "ga_session_id", "page_title", "ga_session_number"])
    ).cast(pa.string())
    entries = pa.StructArray.from_arrays([names, value], names=["key", "value"])
    params = pa.ListArray.from_arrays(pa.array(np.arange(0, count * 4 + 1, 4, dtype=np.int32)), entries)
    texts = lambda array: array.cast(pa.string())
    device = pa.StructArray.from_arrays(
        [
            texts(taken("device", DEVICES)),
            texts(taken("system", SYSTEMS)),
            pa.StructArray.from_arrays([texts(taken("browser", BROWSERS))], names=["browser"]),
        ],
        names=["category", "operating_system", "web_info"],
    )
    geo = pa.StructArray.from_arrays(
        [texts(taken("country", COUNTRIES)), texts(taken("city", CITIES))], names=["country", "city"]
    )
    traffic = pa.StructArray.from_arrays(
        [texts(taken("campaign", CAMPAIGNS)), texts(taken("medium", MEDIA)), texts(taken("source", SOURCES))],
        names=["name", "medium", "source"],
    )
    ids = pa.array(visitor[of]).cast(pa.string())
    people = pa.compute.binary_join_element_wise(ids, pa.scalar("4711"), pa.scalar("."))
    return pa.table(
        {
            "event_date": pa.array([day.strftime("%Y%m%d")]).take(pa.array(np.zeros(count, dtype=np.int32))),
            "event_timestamp": pa.array(begin[of] + random.integers(0, 1_200_000_000, count)),
            "event_name": texts(words(random, NAMES, random.choice(len(NAMES), count, p=SHARES))),
            "event_params": params,
            "user_pseudo_id": people,
            "device": device,
            "geo": geo,
            "traffic_source": traffic,
        }
    )


def generate(folder: Path, events: int, days: int) -> None:
    raw = folder / "data" / "01_raw"
    raw.mkdir(parents=True)
    for number in range(days):
        count = events // days + (number < events % days)
        day = FIRST_DAY + datetime.timedelta(days=number)
        path = raw / f"events_{day:%Y%m%d}.parquet"
        pq.write_table(day_of_events(number, count), path, row_group_size=ROWS_A_GROUP, compression="zstd")
    shutil.copy(PROGRAM, folder / "main.gml")


def command(days: int, options: list[str]) -> list:
    last = FIRST_DAY + datetime.timedelta(days=days - 1)
    return [GMLC, "run", "prepare", "--force", "--set", f"days=@{FIRST_DAY}..@{last}", *options]


def alike(scratch: Path, options: list[str]) -> None:
    """Few events give the same sessions, whatever they may take."""
    folder = scratch / "few"
    generate(folder, 300_000, 5)
    results = []
    for given in [[], options, ["--memory", "32MiB", "--threads", "1"]]:
        once(command(5, given), folder)
        results.append((folder / "data" / "03_primary" / "sessions.parquet").read_bytes())
    if results.count(results[0]) != len(results):
        sys.exit("the sessions depend on what the run may take")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=lambda text: int(text.replace("_", "")), default=100_000_000)
    arguments.add_argument("--days", type=int, default=92)
    arguments.add_argument("--memory", default="4GiB")
    arguments.add_argument("--threads")
    arguments.add_argument("--folder", type=Path, help="where the events are made, and stay with --keep")
    arguments.add_argument("--keep", action="store_true")
    given = arguments.parse_args()
    options = ["--memory", given.memory] + (["--threads", given.threads] if given.threads else [])
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        alike(Path(scratch), options)
        folder = (given.folder or Path(scratch)) / f"events_{given.events}_{given.days}"
        if not (folder / "main.gml").exists():
            shutil.rmtree(folder, ignore_errors=True)
            began = time.perf_counter()
            generate(folder, given.events, given.days)
            print(f"generated in {time.perf_counter() - began:.0f} s", flush=True)
        taken = once(command(given.days, options), folder)
        sessions = pq.ParquetFile(folder / "data" / "03_primary" / "sessions.parquet").metadata.num_rows
        size = sum(path.stat().st_size for path in (folder / "data" / "01_raw").glob("*.parquet"))
        record = json.loads(subprocess.run([GMLC, "runs", "show", "last", "--format", "json"], cwd=folder, capture_output=True, check=True).stdout)
        print(f"{given.events:,} events ({size / 1e9:.2f} GB) became {sessions:,} sessions")
        print(f"  {taken.seconds:.1f} s by the clock, {taken.processor:.1f} s of processors")
        print(f"  {taken.memory:,.0f} MiB at most  {goal(taken.memory < 4096)}: 4096 MiB")
        for step in record["steps"]:
            if step["peak_memory"] and step["seconds"] > 0.1:
                print(f"    {step['name']}: {step['seconds']:.1f} s, {step['peak_memory'] / 2**20:,.0f} MiB by its end")
        if given.folder and not given.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

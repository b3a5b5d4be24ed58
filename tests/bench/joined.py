#!/usr/bin/env python3
"""Table operators joined into lazy queries against the same steps done one by one, each with its whole table in memory.

    tests/bench/joined.py [--runs 5]

Two pipelines over the 23 days of GA4 events: the preparation of the blueprint `ga4_propensity` (events to visits), and one of fourteen
operators that looks at each event by itself. Both are run as they are and with `gmlc run --stepwise`, in turns; nothing is kept for
later runs on either side, so that only the steps themselves are measured. Both sides must write the same bytes, or nothing is told.

Needs what `tests/bench/run` needs. Ratios hold within one run only, on one machine.
"""

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measure import middle, once, with_events

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
BLUEPRINT = ROOT / "blueprints" / "ga4_propensity"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))

LONG = """
schema Event {
    time event_timestamp: timestamp parsed us,
         event_date: date parsed "%Y%m%d",
         event_name: str,
         user_pseudo_id: str,
         event_params: list[struct { key: str, value: struct { string_value: str?, int_value: int? } }],
         device: struct { category: str },
         geo: struct { country: str? },
}

catalog {
    events: table[Event] = parquet("data/01_raw/events_*.parquet"),
    views: table {
        visitor: str, at: timestamp, session: int, page: str, device: str, country: str, seconds: float, is_long: bool,
    } = parquet("out/views.parquet"),
}

pipeline views_of_pages {
    save events
        |> filter(.event_date in @2020-12-19..@2021-01-10)
        |> filter(.event_name in ["page_view", "scroll", "view_item", "user_engagement"])
        |> derive { session = .event_params.find(.key == "ga_session_id")?.value.int_value }
        |> filter(.session is not null)
        |> derive { page = .event_params.find(.key == "page_title")?.value.string_value }
        |> filter(.page is not null)
        |> derive { milliseconds = .event_params.find(.key == "engagement_time_msec")?.value.int_value ?? 0 }
        |> derive { seconds = .milliseconds / 1000.0 }
        |> filter(.seconds < 3600.0)
        |> derive { country = .geo.country ?? "unknown" }
        |> filter(.country != "(not set)")
        |> derive { is_long = .seconds > 10.0 }
        |> rename { visitor = .user_pseudo_id, at = .event_timestamp }
        |> select {
            visitor = .visitor, at = .at, session = .session, page = .page, device = .device.category,
            country = .country, seconds = .seconds, is_long = .is_long,
        }
        as views
}
"""


def written(project: Path, folder: str) -> str:
    """A hash of all files below a folder, with their names."""
    files = sorted(path for path in (project / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(project)}\0".encode() + path.read_bytes())
    return digest.hexdigest() if files else sys.exit(f"nothing was written into {project / folder}")


def held(name: str, pipeline: str, folder: str, program: str, events: Path, scratch: Path, runs: int) -> None:
    """Measures a pipeline both ways."""
    taken = {"joined": [], "step by step": []}
    projects = {}
    for way in taken:
        projects[way] = with_events(scratch / f"{pipeline} {way}", events)
        (projects[way] / "main.gml").write_text(program)
    for _ in range(runs):
        # In turns, so that whatever else the machine does meets both.
        for way, flags in [("joined", []), ("step by step", ["--stepwise"])]:
            taken[way].append(once([GMLC, "run", pipeline, "--force", *flags, "--project", projects[way]]))
    if len({written(project, folder) for project in projects.values()}) != 1:
        sys.exit(f"{name}: the two ways write different bytes")
    print(name)
    joined, stepwise = (middle(taken[way]) for way in taken)
    for way, of in [("joined", joined), ("step by step", stepwise)]:
        print(f"  {way:<14} {of.seconds:7.2f} s  {of.processor:7.2f} s of processor  {of.memory:7.0f} MiB at most")
    print(f"  joined is {stepwise.seconds / joined.seconds:.2f} times as fast, takes {joined.processor / stepwise.processor:.2f} "
          f"of the processor and {joined.memory / stepwise.memory:.2f} of the memory")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of which the median is taken")
    runs = parser.parse_args().runs
    if not GMLC.exists():
        raise SystemExit(f"there is no {GMLC}: cargo build --release --package gmlc")
    events = next(iter(sorted(SHARED.glob("data/ga4_ecommerce/**/events_20201219.parquet"))), None)
    if events is None:
        raise SystemExit(f"SKIPPED: no events_*.parquet below {SHARED / 'data' / 'ga4_ecommerce'} (set GML_SHARED)")
    # What takes less than an hour is not kept: writing tables into the store is no part of either way.
    os.environ["GML_STORE_KEEP_ABOVE"] = str(60 * 60 * 1000)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, median of {runs} runs")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        blueprint = (BLUEPRINT / "main.gml").read_text()
        held("visits of ga4_propensity", "prepare", "data/03_primary", blueprint, events.parent, scratch, runs)
        held("fourteen operators, row by row", "views_of_pages", "out", LONG, events.parent, scratch, runs)


if __name__ == "__main__":
    main()

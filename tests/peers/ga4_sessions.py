"""Sessions of a Google Analytics 4 export, computed with pandas: the peer of `sessionize` in the `ga4_propensity` blueprint.

    python ga4_sessions.py EVENTS_FOLDER --out sessions.parquet [--from 2020-12-19 --to 2021-01-10]

EVENTS_FOLDER holds `events_YYYYMMDD.parquet`, read in the order of their names. Rows are kept when `event_date` lies in the
range, both ends included. The semantics held here:

* a session is (`user_pseudo_id`, `int_value` of the FIRST entry of `event_params` whose key is `ga_session_id`); an event
  without such an entry, or whose entry has no integer, is dropped;
* `first(x, by: event_timestamp)` is x, null or not, of the row with the smallest timestamp; among equals the first row read;
* windows `rows: before` run over a visitor's sessions by `started_at`, among equals by first appearance, and see every
  session at an earlier place; a sum or count over none is 0, `days_since_last` over none is null;
* rows come out in the order in which their sessions first appear in the input.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from table_files import write_table

EVENT_COLUMNS = [
    "event_timestamp", "event_date", "event_name", "user_pseudo_id", "event_params", "device", "geo", "traffic_source",
]  # fmt: skip

# The order of schema Session; `with_calendar` adds weekday and hour behind.
SESSION_COLUMNS = [
    "visitor", "session", "date", "started_at", "device", "is_mobile", "os", "browser", "country", "city", "source",
    "medium", "campaign", "is_first_visit", "visits_before", "page_views_before", "products_before", "carts_before",
    "days_since_last", "added_to_cart",
]  # fmt: skip

MICROSECONDS_PER_DAY = 86_400_000_000.0


def int_param(params: pa.ListArray, name: str) -> pd.Series:
    """Per row, `value.int_value` of the first entry keyed `name`; null where there is no entry or no integer in it."""
    rows = pc.list_parent_indices(params)
    entries = params.flatten()
    matches = pc.equal(pc.struct_field(entries, "key"), name).fill_null(False)
    found = pd.DataFrame(
        {
            "row": rows.filter(matches).to_numpy(),
            "value": pc.struct_field(entries, ["value", "int_value"])
            .filter(matches)
            .to_pandas(types_mapper=pd.ArrowDtype),
        }
    ).drop_duplicates("row", keep="first")
    integers = pd.Series(found["value"].to_numpy(dtype=object, na_value=pd.NA), index=found["row"].to_numpy()).astype(
        "Int64"
    )
    return integers.reindex(np.arange(len(params)))


def read_day(path: Path) -> pd.DataFrame:
    """The events of one exported file, flat: one row an event, in the file's order."""
    table = pq.ParquetFile(path).read(columns=EVENT_COLUMNS).combine_chunks()
    column = lambda name: table[name].combine_chunks()
    part = lambda name, *fields: pc.struct_field(column(name), list(fields)).to_pandas()
    return pd.DataFrame(
        {
            "timestamp": column("event_timestamp").to_pandas().astype("int64"),
            "date": column("event_date").to_pandas(),
            "name": column("event_name").to_pandas(),
            "visitor": column("user_pseudo_id").to_pandas(),
            "session": int_param(column("event_params"), "ga_session_id").array,
            "device": part("device", "category"),
            "os": part("device", "operating_system"),
            "browser": part("device", "web_info", "browser"),
            "country": part("geo", "country"),
            "city": part("geo", "city"),
            "source": part("traffic_source", "source"),
            "medium": part("traffic_source", "medium"),
            "campaign_name": part("traffic_source", "name"),
        }
    )


def read_events(folder: Path, first_day: str, last_day: str) -> pd.DataFrame:
    """All events of `folder` dated `first_day` to `last_day` (ISO dates, both included) that belong to a session."""
    files = sorted(folder.glob("events_*.parquet"))
    if not files:
        raise SystemExit(f"{folder}: no events_*.parquet in this folder")
    events = pd.concat([read_day(path) for path in files], ignore_index=True)
    events["date"] = pd.to_datetime(events["date"], format="%Y%m%d")
    in_range = events["date"].between(pd.Timestamp(first_day), pd.Timestamp(last_day))
    kept = events[in_range & events["session"].notna()].reset_index(drop=True)
    return kept.astype({"session": "int64"})


def group_sessions(events: pd.DataFrame) -> pd.DataFrame:
    """One row a (visitor, session), in order of first appearance, with the counters of the session itself."""
    events = events.assign(
        campaign=events["campaign_name"].where(events["medium"].eq("cpc"), None),
        is_first_visit=events["name"].eq("first_visit"),
        page_views=events["name"].eq("page_view").astype("int64"),
        product_pages=events["name"].eq("view_item").astype("int64"),
        added_to_cart=events["name"].eq("add_to_cart"),
    )
    key = ["visitor", "session"]
    sessions = events.groupby(key, sort=False, as_index=False).agg(
        date=("date", "min"),
        started_at=("timestamp", "min"),
        is_first_visit=("is_first_visit", "any"),
        page_views=("page_views", "sum"),
        product_pages=("product_pages", "sum"),
        added_to_cart=("added_to_cart", "any"),
    )
    # Not `groupby.first`: that skips nulls, and the first row's null counts.
    at_start = events.sort_values("timestamp", kind="stable").drop_duplicates(key, keep="first")
    first_values = ["device", "os", "browser", "country", "city", "source", "medium", "campaign"]
    sessions = sessions.merge(at_start[key + first_values], on=key, how="left", validate="one_to_one")
    sessions["is_mobile"] = sessions["device"].eq("mobile")
    return sessions


def add_history(sessions: pd.DataFrame) -> pd.DataFrame:
    """Adds what the visitor's earlier sessions tell; keeps the row order."""
    ordered = sessions.sort_values("started_at", kind="stable")
    by_visitor = ordered.groupby("visitor", sort=False)
    before = pd.DataFrame(
        {
            "visits_before": by_visitor.cumcount(),
            "page_views_before": by_visitor["page_views"].cumsum() - ordered["page_views"],
            "products_before": by_visitor["product_pages"].cumsum() - ordered["product_pages"],
            "carts_before": ordered["added_to_cart"].astype("int64").groupby(ordered["visitor"], sort=False).cumsum()
            - ordered["added_to_cart"].astype("int64"),
        }
    )
    # Sessions are sorted by start, so the latest start before a row is the start of the row above it.
    last_start = by_visitor["started_at"].shift(1)
    before["days_since_last"] = (ordered["started_at"] - last_start) / MICROSECONDS_PER_DAY
    return sessions.join(before)


def sessions_of(folder: Path, first_day: str, last_day: str) -> pd.DataFrame:
    """The table `sessions` of the blueprint, `date` and `started_at` as instants in UTC (`started_at` in microseconds)."""
    sessions = add_history(group_sessions(read_events(folder, first_day, last_day)))
    sessions["started_at"] = pd.to_datetime(sessions["started_at"], unit="us").astype("datetime64[us]")
    sessions["date"] = sessions["date"].astype("datetime64[us]")
    return sessions[SESSION_COLUMNS]


def with_calendar(sessions: pd.DataFrame) -> pd.DataFrame:
    """Adds `weekday` (Monday 1 to Sunday 7) and `hour` (0 to 23) of `started_at`, UTC."""
    started = sessions["started_at"].dt
    return sessions.assign(weekday=started.isocalendar()["day"].astype("int64"), hour=started.hour.astype("int64"))


def summary(sessions: pd.DataFrame) -> dict:
    """Numbers that a test can hold another implementation against."""
    return {
        "sessions": len(sessions),
        "visitors": int(sessions["visitor"].nunique()),
        "added_to_cart": int(sessions["added_to_cart"].sum()),
        "is_first_visit": int(sessions["is_first_visit"].sum()),
        "is_mobile": int(sessions["is_mobile"].sum()),
        "campaign_not_null": int(sessions["campaign"].notna().sum()),
        "days_since_last_null": int(sessions["days_since_last"].isna().sum()),
        "days_since_last_sum": float(sessions["days_since_last"].sum()),
        **{f"{name}_sum": int(sessions[name].sum()) for name in SESSION_COLUMNS if name.endswith("_before")},
        "weekday_sum": int(sessions["weekday"].sum()),
        "hour_sum": int(sessions["hour"].sum()),
        "started_at_min": sessions["started_at"].min().isoformat(),
        "started_at_max": sessions["started_at"].max().isoformat(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", type=Path, help="folder of events_YYYYMMDD.parquet")
    parser.add_argument("--from", dest="first_day", default="2020-12-19", help="first day, ISO date")
    parser.add_argument("--to", dest="last_day", default="2021-01-10", help="last day, ISO date, included")
    parser.add_argument("--out", type=Path, help="where to write the sessions: .parquet or .csv")
    arguments = parser.parse_args()
    sessions = with_calendar(sessions_of(arguments.events, arguments.first_day, arguments.last_day))
    if arguments.out:
        write_table(sessions, arguments.out)
    print(json.dumps(summary(sessions), indent=2))


if __name__ == "__main__":
    main()

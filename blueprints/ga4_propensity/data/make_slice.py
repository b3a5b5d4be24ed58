"""Cuts the shipped slice of Google's GA4 sample: all events of 44% of the visitors, only what the blueprint reads.

    python make_slice.py SOURCE_FOLDER TARGET_FOLDER

SOURCE_FOLDER holds the daily exports `events_YYYYMMDD.parquet`; TARGET_FOLDER gets a file of the same name for each and a
`SHA256SUMS`. Needs pyarrow. The same source, pyarrow version and script give the same bytes.

A visitor is kept when the first 8 bytes of md5(`user_pseudo_id`), read as a big-endian number, leave a remainder below
KEPT_PERCENT when divided by 100. Rows keep their order, values are untouched.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

KEPT_PERCENT = 44

# Parameters of `event_params` that stay; page addresses, titles, engagement times and the rest would be most of the size.
KEPT_PARAMS = ["ga_session_id", "ga_session_number", "session_engaged"]

# Columns as they are, and of each struct the fields that stay (dots lead into nested structs).
PLAIN_COLUMNS = ["event_date", "event_timestamp", "event_name", "user_pseudo_id"]
STRUCT_FIELDS = {
    "device": ["category", "operating_system", "web_info.browser"],
    "geo": ["country", "city"],
    "traffic_source": ["medium", "name", "source"],
}


def is_kept(visitor: str) -> bool:
    return int.from_bytes(hashlib.md5(visitor.encode()).digest()[:8], "big") % 100 < KEPT_PERCENT


def kept_params(params: pa.ListArray) -> pa.ListArray:
    """Each row's entries whose key is in KEPT_PARAMS, in their order."""
    rows, entries = pc.list_parent_indices(params), params.flatten()
    stay = pc.is_in(pc.struct_field(entries, "key"), pa.array(KEPT_PARAMS))
    per_row = np.bincount(rows.filter(stay).to_numpy(), minlength=len(params))
    offsets = np.concatenate([[0], np.cumsum(per_row)]).astype("int32")
    return pa.ListArray.from_arrays(pa.array(offsets), entries.filter(stay))


def kept_fields(struct: pa.StructArray, paths: list[str]) -> pa.StructArray:
    """The struct of only the fields named; `outer.inner` keeps `inner` inside of `outer`."""
    if struct.null_count:
        raise SystemExit("a struct column has null rows, which this script would turn into structs of nulls")
    fields = {}
    for path in paths:
        outer, _, inner = path.partition(".")
        values = pc.struct_field(struct, outer)
        fields[outer] = kept_fields(values, [inner]) if inner else values
    return pa.StructArray.from_arrays(list(fields.values()), names=list(fields))


def cut(path: Path) -> pa.Table:
    """The slice of one day."""
    columns = PLAIN_COLUMNS + ["event_params"] + list(STRUCT_FIELDS)
    day = pq.ParquetFile(path).read(columns=columns)
    day = day.filter(pa.array([is_kept(visitor) for visitor in day["user_pseudo_id"].to_pylist()])).combine_chunks()
    one = lambda name: day[name].combine_chunks()
    plain = {name: one(name) for name in PLAIN_COLUMNS}
    structs = {name: kept_fields(one(name), paths) for name, paths in STRUCT_FIELDS.items()}
    return pa.table(plain | {"event_params": kept_params(one("event_params"))} | structs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    sources = sorted(arguments.source.glob("events_*.parquet"))
    if not sources:
        raise SystemExit(f"{arguments.source}: no events_*.parquet in this folder")
    arguments.target.mkdir(parents=True, exist_ok=True)
    sums, rows, size = [], 0, 0
    for path in sources:
        day, target = cut(path), arguments.target / path.name
        pq.write_table(day, target, compression="zstd", compression_level=19)
        content = target.read_bytes()
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
        rows, size = rows + len(day), size + len(content)
    (arguments.target / "SHA256SUMS").write_text("".join(sums))
    print(f"{len(sources)} files, {rows} events, {size} bytes")


if __name__ == "__main__":
    main()

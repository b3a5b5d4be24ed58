"""Makes files in the forms of other systems, with the libraries of those, and prints what is in them: lists of rows by name.

Usage: foreign_files.py make FOLDER      (Arrow, Excel, Delta)
       foreign_files.py read FOLDER      (what GML has written: out.arrow)
"""

import datetime as dt
import json
import os
import struct
import sys
from decimal import Decimal
from pathlib import Path

import deltalake
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

UTC = dt.timezone.utc
PEOPLE = pa.table(
    {
        "name": pa.array(["Ada", "Büşra", None, "", "Émile"], pa.string()),
        "city": pa.array(["Paris", "Rom", "Paris", None, "Rom"]).dictionary_encode(),
        "age": pa.array([36, -1, None, 0, 99], pa.int16()),
        "score": pa.array([0.1, float("inf"), None, -0.0, 1e300], pa.float64()),
        "born": pa.array([dt.date(1815, 12, 10), dt.date(1970, 1, 1), None, dt.date(2021, 2, 28), dt.date(9999, 12, 31)]),
        "seen": pa.array(
            [dt.datetime(2021, 1, 26, 8, 0, 0, 1, UTC), None, dt.datetime(1969, 12, 31, 23, 59, 59, 0, UTC)] + [dt.datetime(2021, 1, 1, tzinfo=UTC)] * 2,
            pa.timestamp("us", "UTC"),
        ),
        "price": pa.array([Decimal("1.50"), Decimal("-99999.99"), None, Decimal("0.00"), Decimal("7.10")], pa.decimal128(7, 2)),
        "tags": pa.array([["a", "b"], [], None, ["c"], ["d", "d"]], pa.list_(pa.string())),
    }
)


def text(value):
    """A value as GML writes it into JSON lines."""
    match value:
        case dt.datetime():
            fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
            return value.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + fraction + "Z"
        case dt.date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case float() if value in (float("inf"), float("-inf")):
            return "inf" if value > 0 else "-inf"
        case _:
            return value


def rows(table: pa.Table) -> list[dict]:
    return [{name: text(value) for name, value in row.items()} for row in table.to_pylist()]


def workbook(folder: Path) -> list[dict]:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "nothing here"
    sheet = book.create_sheet("March")
    sheet["B1"] = "Sales of March"
    head = ["Shop", "Day", "Seen at", "Price", "Pieces", "Returned", "Note"]
    lines = [
        ["a", dt.date(2021, 3, 1), dt.datetime(2021, 3, 1, 8, 30), 1.25, 3, True, "first"],
        ["b", dt.date(1900, 3, 1), dt.datetime(2021, 3, 2, 23, 59, 59), -2.5, 0, False, None],
        None,
        ["c", dt.date(2021, 12, 31), None, 1e-7, 9007199254740991, True, 42],
        ["", None, None, None, None, None, "é"],
    ]
    for column, name in enumerate(head, start=2):
        sheet.cell(3, column, name)
    for row, line in enumerate(lines, start=4):
        for column, value in enumerate(line or [], start=2):
            sheet.cell(row, column, value)
    book.save(folder / "sales.xlsx")

    book = openpyxl.Workbook()
    for row, line in enumerate([["n"], [1], ["=1/0"], ["many"]], start=1):
        book.active.cell(row, 1, line[0])
    book.active["A3"] = "#DIV/0!"
    book.active["A3"].data_type = "e"
    book.save(folder / "broken.xlsx")

    names = ["shop", "day", "seen", "price", "pieces", "returned", "note"]
    made = []
    for line in filter(None, lines):
        values = [value.replace(tzinfo=UTC) if isinstance(value, dt.datetime) else value for value in line]
        row = dict(zip(names, map(text, values)))
        row["note"] = None if row["note"] is None else str(row["note"])
        row["shop"] = row["shop"] or None
        made.append(row)
    return made


def delta(folder: Path) -> dict:
    place = folder / "orders"
    first = pa.table({"id": [1, 2, 3], "country": ["de", "fr", None], "price": [1.0, 2.0, 3.0]})
    deltalake.write_deltalake(place, first, partition_by=["country"])
    second = pa.table({"id": [4, 5], "country": ["de", "a b/c=d"], "price": [4.0, 5.0], "note": ["x", None]})
    deltalake.write_deltalake(place, second, mode="append", schema_mode="merge")
    deltalake.DeltaTable(place).delete("id = 2")
    for number in range(6, 18):
        more = pa.table({"id": [number], "country": ["it"], "price": [float(number)], "note": [None]}, schema=pa.schema([("id", pa.int64()), ("country", pa.string()), ("price", pa.float64()), ("note", pa.string())]))
        deltalake.write_deltalake(place, more, mode="append")
    table = deltalake.DeltaTable(place)
    table.create_checkpoint()
    now = rows(table.to_pyarrow_table())
    before = rows(deltalake.DeltaTable(place, version=1).to_pyarrow_table())
    return {"now": by_id(now), "before": by_id(before), "version": table.version(), "deleted": with_deletions(folder), "mapped": with_mapping(folder)}


def by_id(found: list[dict]) -> list[dict]:
    return sorted(found, key=lambda row: row["id"])


def with_deletions(folder: Path) -> list[dict]:
    """A table with a deletion vector, written by hand: no library for Python writes those."""
    place = folder / "marked"
    (place / "_delta_log").mkdir(parents=True)
    table = pa.table({"id": list(range(10))})
    pq.write_table(table, place / "part-0.parquet", row_group_size=4)
    gone = [0, 3, 4, 9]
    bitmap = struct.pack("<II", 12346, 1) + struct.pack("<HH", 0, len(gone) - 1)
    bitmap += struct.pack("<I", len(bitmap) + 4) + struct.pack(f"<{len(gone)}H", *gone)
    vector = struct.pack("<I", 1681511377) + struct.pack("<Q", 1) + struct.pack("<I", 0) + bitmap
    vector += b"\0" * (-len(vector) % 4)
    schema = {"type": "struct", "fields": [{"name": "id", "type": "long", "nullable": True, "metadata": {}}]}
    features = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
    metadata = {"id": "m", "format": {"provider": "parquet", "options": {}}, "schemaString": json.dumps(schema), "partitionColumns": [], "configuration": {"delta.enableDeletionVectors": "true"}, "createdTime": 0}
    size = (place / "part-0.parquet").stat().st_size
    descriptor = {"storageType": "i", "pathOrInlineDv": z85(vector), "sizeInBytes": len(vector), "cardinality": len(gone)}
    add = {"path": "part-0.parquet", "partitionValues": {}, "size": size, "modificationTime": 0, "dataChange": True, "stats": json.dumps({"numRecords": 10}), "deletionVector": descriptor}
    log = [{"protocol": features}, {"metaData": metadata}, {"add": add}]
    (place / "_delta_log" / f"{0:020}.json").write_text("\n".join(map(json.dumps, log)) + "\n")
    return [{"id": number} for number in range(10) if number not in gone]


def with_mapping(folder: Path) -> list[dict]:
    """A table whose columns were renamed: in its files they have other names, also within structs and for partitions. Written by hand, as
    no library for Python writes those."""
    place = folder / "mapped"
    (place / "_delta_log").mkdir(parents=True)

    def field(name: str, physical: str, number: int, ty) -> dict:
        metadata = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": physical}
        return {"name": name, "type": ty, "nullable": True, "metadata": metadata}

    def stored(name: str, number: int, ty) -> pa.Field:
        return pa.field(name, ty, metadata={"PARQUET:field_id": str(number)})

    spot = {"type": "struct", "fields": [field("city", "col-c", 4, "string")]}
    fields = [field("id", "col-a", 1, "long"), field("shop", "id", 2, "string"), field("spot", "col-s", 3, spot), field("country", "col-p", 5, "string")]
    configuration = {"delta.columnMapping.mode": "name", "delta.columnMapping.maxColumnId": "5"}
    metadata = {"id": "n", "format": {"provider": "parquet", "options": {}}, "schemaString": json.dumps({"type": "struct", "fields": fields}), "partitionColumns": ["country"], "configuration": configuration, "createdTime": 0}
    log = [{"protocol": {"minReaderVersion": 2, "minWriterVersion": 5}}, {"metaData": metadata}]
    due = []
    for part, country in enumerate(["at", "de"]):
        numbers = [2 * part, 2 * part + 1]
        schema = pa.schema([stored("col-a", 1, pa.int64()), stored("id", 2, pa.string()), stored("col-s", 3, pa.struct([stored("col-c", 4, pa.string())]))])
        rows = [{"col-a": number, "id": f"shop {number}", "col-s": {"col-c": f"city {number}"}} for number in numbers]
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), place / f"part-{part}.parquet")
        size = (place / f"part-{part}.parquet").stat().st_size
        log.append({"add": {"path": f"part-{part}.parquet", "partitionValues": {"col-p": country}, "size": size, "modificationTime": 0, "dataChange": True}})
        due += [{"id": number, "shop": f"shop {number}", "spot": {"city": f"city {number}"}, "country": country} for number in numbers]
    (place / "_delta_log" / f"{0:020}.json").write_text("\n".join(map(json.dumps, log)) + "\n")
    return due


def z85(data: bytes) -> str:
    letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
    out = ""
    for at in range(0, len(data), 4):
        number = int.from_bytes(data[at : at + 4], "big")
        out += "".join(letters[number // 85**power % 85] for power in (4, 3, 2, 1, 0))
    return out


def make(folder: Path) -> dict:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(folder / "people.arrow", PEOPLE.schema, options=options) as writer:
        for batch in PEOPLE.to_batches(max_chunksize=2):
            writer.write_batch(batch)
    with pa.ipc.new_stream(folder / "people.arrows", PEOPLE.schema) as writer:
        writer.write_table(PEOPLE, max_chunksize=3)
    return {"people": rows(PEOPLE), "sales": workbook(folder), "orders": delta(folder)}


def read(folder: Path) -> dict:
    with pa.ipc.open_file(folder / "out.arrow") as reader:
        table = reader.read_all()
    plain = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    return {"rows": rows(table), "types": {field.name: str(field.type) for field in table.schema}, "encoded": plain}


if __name__ == "__main__":
    todo = {"make": make, "read": read}[Path(sys.argv[1]).name]
    print(json.dumps(todo(Path(sys.argv[2]))), flush=True)
    # Threads of these libraries do not always end well together.
    os._exit(0)

"""Bodies of requests in Arrow whose columns the table engine cannot read, or reads as something else: written by pyarrow, since
nothing of ours writes them. Run it here to write them again."""

import numpy
import pyarrow as pa

GOOD = {"age": pa.array([31]), "income": pa.array([1.5]), "city": pa.array(["bonn"]), "member": pa.array([True])}
UNION = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1]), pa.array(["a"])])
RUNS = pa.RunEndEncodedArray.from_arrays(pa.array([1], pa.int32()), pa.array([31]))
DAY = 86_400


def write(name, columns):
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    with pa.OSFile(f"{name}.arrow", "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)


def seen(name, *values, **of):
    write(name, {"seen": pa.array(list(values), pa.timestamp(**of))})


write("float16", GOOD | {"income": pa.array(numpy.array([1.5], "float16"))})
write("float16_in_lists", GOOD | {"visitor": pa.array([[numpy.float16(1.5)]], pa.list_(pa.float16()))})
write("union", GOOD | {"visitor": UNION})
write("runs", GOOD | {"age": RUNS})
write("views", GOOD | {"visitor": pa.array([[1]], pa.list_view(pa.int64()))})
write("interval", GOOD | {"visitor": pa.array([(1, 2, 3)], pa.month_day_nano_interval())})
twice = pa.Table.from_arrays([*GOOD.values(), pa.array([4])], names=[*GOOD, "age"])
with pa.OSFile("twice.arrow", "wb") as file, pa.ipc.new_stream(file, twice.schema) as stream:
    stream.write_table(twice)
seen("unknown_zone", DAY, unit="us", tz="Mars/Olympus")
seen("seconds", 0, DAY, unit="s")
seen("seconds_overflow", 0, 2**63 - 1, unit="s")
seen("milliseconds_overflow", 0, 2**63 - 1, unit="ms")

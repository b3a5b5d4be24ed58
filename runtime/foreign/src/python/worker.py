"""The worker that runs nodes in Python: one function call after another, tables as Arrow streams.

Standard input is a socket to gmlc and nothing else. What is printed goes through standard output and error as it is, so
that no `print` can end up among the answers.
"""

import contextlib
import datetime
import decimal
import importlib
import importlib.util
import inspect
import io
import json
import os
import re
import select
import signal
import socket
import struct
import sys
import threading
import traceback
import typing

MAGIC = b"GML\x01"
CHUNK = 1 << 20
OWN = (lambda: 0).__code__.co_filename


class Wrong(Exception):
    """What a function gave is no table, or cannot be one."""


class Missing(Exception):
    """A module does not define the function."""


class Range(typing.NamedTuple):
    """A range of the program: `start..end`, or `start..<end` where it is not inclusive."""

    start: object
    end: object
    inclusive: bool


class Channel:
    """Messages and streams of bytes over a socket."""

    def __init__(self, link):
        self.link = link

    def read_exactly(self, count):
        parts = []
        while count:
            part = self.link.recv(min(count, CHUNK))
            if not part:
                # gmlc has ended.
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self):
        if self.read_exactly(4) != MAGIC:
            raise SystemExit("the worker was sent something that is no message")
        (length,) = struct.unpack("<I", self.read_exactly(4))
        return json.loads(self.read_exactly(length))

    def send(self, message):
        text = json.dumps(message).encode()
        self.link.sendall(MAGIC + struct.pack("<I", len(text)) + text)


class Incoming(io.RawIOBase):
    """A stream of chunks that ends with an empty one."""

    def __init__(self, channel):
        self.channel = channel
        self.rest = b""
        self.ended = False

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.rest and not self.ended:
            (length,) = struct.unpack("<I", self.channel.read_exactly(4))
            self.ended = length == 0
            self.rest = memoryview(self.channel.read_exactly(length))
        count = min(len(buffer), len(self.rest))
        buffer[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count

    def drain(self):
        while not self.ended:
            self.rest = b""
            self.readinto(bytearray(1))


class Outgoing(io.RawIOBase):
    """The other way round."""

    def __init__(self, channel):
        self.link = channel.link

    def writable(self):
        return True

    def write(self, data):
        view = memoryview(data).cast("B")
        for start in range(0, len(view), CHUNK):
            part = view[start : start + CHUNK]
            self.link.sendall(struct.pack("<I", len(part)))
            self.link.sendall(part)
        return len(view)

    def end(self):
        self.link.sendall(struct.pack("<I", 0))


def installed(name):
    with contextlib.suppress(ImportError, ValueError):
        return importlib.util.find_spec(name) is not None
    return False


def read_table(channel):
    """The next table: of pyarrow, or of polars where there is no pyarrow."""
    stream = Incoming(channel)
    if installed("pyarrow"):
        import pyarrow as pa

        table = pa.ipc.open_stream(pa.PythonFile(io.BufferedReader(stream, CHUNK), mode="r")).read_all()
    else:
        import polars as pl

        table = pl.read_ipc_stream(io.BytesIO(stream.readall()))
    stream.drain()
    return table


def write_table(channel, table):
    stream = Outgoing(channel)
    if type(table).__module__.startswith("polars"):
        buffer = io.BytesIO()
        table.write_ipc_stream(buffer)
        stream.write(buffer.getbuffer())
    else:
        import pyarrow as pa

        with pa.ipc.new_stream(pa.PythonFile(stream, mode="w"), table.schema) as writer:
            writer.write_table(table)
    stream.end()


def value_of(tagged):
    """A constant of the program as Python has it."""
    kind, value = tagged
    if kind == "float":
        return float(value)
    if kind == "decimal":
        return decimal.Decimal(value)
    if kind == "date":
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=value)
    if kind == "timestamp":
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value)
    if kind == "time":
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value)).time()
    if kind == "duration":
        return datetime.timedelta(microseconds=value)
    if kind == "list":
        return [value_of(item) for item in value]
    if kind == "record":
        return {name: value_of(item) for name, item in value}
    if kind == "range":
        start, end, inclusive = value
        return Range(value_of(start), value_of(end), inclusive)
    return value


def default_kind():
    if not installed("pyarrow"):
        return "polars"
    return "pandas" if installed("pandas") else "pyarrow"


def kind_of(annotation):
    """What a parameter wants its table to be: `pandas`, `polars`, `polars lazy` or `pyarrow`."""
    if isinstance(annotation, str):
        text = annotation.strip().strip("\"'")
        text = re.sub(r"^pd\.", "pandas.", re.sub(r"^pl\.", "polars.", re.sub(r"^pa\.", "pyarrow.", text)))
    else:
        text = f"{getattr(annotation, '__module__', '')}.{getattr(annotation, '__qualname__', annotation)}"
    for package in ("pandas", "polars", "pyarrow"):
        if text.split(".")[0] == package:
            return "polars lazy" if package == "polars" and text.endswith("LazyFrame") else package
    return default_kind()


def exact_values(array):
    """The values of an array as numpy has them; `None` for a null that would make another number of its neighbours."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_struct(kind):
        fields = [field.name for field in kind]
        inner = [exact_values(child).tolist() if is_nested(child.type) else child.to_pylist() for child in array.flatten()]
        rows = [dict(zip(fields, values)) for values in zip(*inner)] if fields else [{} for _ in range(len(array))]
        rows = [row if valid else None for row, valid in zip(rows, array.is_valid().to_pylist())]
    elif is_nested(kind):
        inner, start, rows = exact_values(array.flatten()), 0, []
        for length in pc.list_value_length(array).to_pylist():
            rows.append(None if length is None else inner[start : start + length])
            start += length or 0
    elif array.null_count and is_number(kind):
        rows = array.to_pylist()
    else:
        return array.to_numpy(zero_copy_only=False)
    values = np.empty(len(rows), dtype=object)
    for place, row in enumerate(rows):
        values[place] = row
    return values


def is_number(kind):
    import pyarrow as pa

    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def is_nested(kind):
    """Whether the values of a type have values in them."""
    return kind.num_fields > 0


def has_null_numbers(array):
    """Whether a number within lists or structs is null: pandas would give its neighbours as floats."""
    import pyarrow as pa

    if not is_nested(array.type):
        return is_number(array.type) and array.null_count > 0
    inner = array.flatten() if pa.types.is_struct(array.type) else [array.values]
    return any(map(has_null_numbers, inner))


def to_pandas(table, nullable):
    """A frame of pandas; `nullable` are the columns that are declared as `float?`."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    frame = table.to_pandas(date_as_object=False)
    # Numbers and truths that may be null keep their values: as floats, large numbers would lose digits.
    exact = {
        pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(),
        pa.uint8(): pd.UInt8Dtype(), pa.uint16(): pd.UInt16Dtype(), pa.uint32(): pd.UInt32Dtype(),
        pa.uint64(): pd.UInt64Dtype(), pa.bool_(): pd.BooleanDtype(),
    }  # fmt: skip
    for name, column in zip(table.column_names, table.columns):
        if column.null_count and column.type in exact:
            frame[name] = column.to_pandas(types_mapper=exact.get)
        elif name in nullable and pc.any(pc.is_nan(column)).as_py():
            # In numpy's floats NaN means null. `from_arrow` of pandas makes null of both.
            values = column.to_numpy()
            nulls = np.asarray(column.is_null())
            frame[name] = pd.Series(pd.arrays.FloatingArray(values.copy(), nulls), index=frame.index)
        elif is_nested(column.type) and any(map(has_null_numbers, column.chunks)):
            parts = [exact_values(chunk) for chunk in column.chunks]
            frame[name] = pd.Series(np.concatenate(parts), index=frame.index, dtype=object)
    return frame


def without_markers(value):
    """A value of lists and dictionaries with `None` for what pandas marks as missing, which Arrow takes for no value."""
    import pandas as pd

    if isinstance(value, dict):
        return {name: without_markers(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)) or getattr(value, "dtype", None) == object:
        return [without_markers(inner) for inner in value]
    return None if value is pd.NA or value is pd.NaT else value


def from_pandas(frame, floats):
    """A table of a frame; `floats` are the columns that are declared as `float`, in which NaN is a number."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    for place, name in enumerate(table.column_names):
        column = frame.iloc[:, place]
        if name in floats and isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
            array = pa.array(column.to_numpy(), from_pandas=False)
        elif is_nested(table.field(place).type) and column.dtype == object:
            # What is missing is null. Within lists and structs it is `None`, and NaN is a number.
            values = [None if pd.api.types.is_scalar(value) and pd.isna(value) else value for value in column]
            try:
                array = pa.array(values, from_pandas=False)
            except ValueError:
                array = pa.array(list(map(without_markers, values)), from_pandas=False)
        else:
            continue
        table = table.set_column(place, name, array)
    return table


def table_for(annotation, table, nullable):
    kind = kind_of(annotation)
    ours = type(table).__module__.startswith("polars")
    if kind.startswith("polars"):
        if not ours:
            import polars as pl

            table = pl.from_arrow(table)
        return table.lazy() if kind == "polars lazy" else table
    if ours:
        raise Wrong(f"a parameter wants a table of {kind}, and pyarrow is not installed: pip install pyarrow")
    return to_pandas(table, nullable) if kind == "pandas" else table


def to_arrow(value, floats):
    """The table that a function gave."""
    package = type(value).__module__.split(".")[0]
    name = type(value).__name__
    if package == "polars":
        if name == "LazyFrame":
            value, name = value.collect(), "DataFrame"
        if name == "DataFrame":
            return value
    elif package == "pandas" and name in ("DataFrame", "Series"):
        import pyarrow as pa

        value = value.to_frame() if name == "Series" else value
        if any(index is not None for index in value.index.names):
            value = value.reset_index()
        try:
            return from_pandas(value, floats)
        except (pa.ArrowException, ValueError, TypeError) as error:
            raise Wrong(f"a table that cannot become Arrow: {'; '.join(map(str, error.args))}") from None
    elif package == "pyarrow":
        import pyarrow as pa

        if isinstance(value, pa.RecordBatch):
            value = pa.Table.from_batches([value])
        if isinstance(value, pa.Table):
            return value.replace_schema_metadata(None)
    elif hasattr(value, "__arrow_c_stream__") and installed("pyarrow"):
        import pyarrow as pa

        return pa.table(value).replace_schema_metadata(None)
    shown = "None: is there a `return`?" if value is None else f"{package}.{name}" if package != "builtins" else name
    raise Wrong(f"{shown}")


def module_of(root, path):
    """The module in a file of the project."""
    parts = path[:-3].split("/") if path.endswith(".py") else []
    full = os.path.join(root, path)
    folder = os.path.dirname(full)
    for place in (folder, root):
        if place not in sys.path:
            sys.path.insert(0, place)
    if parts and all(part.isidentifier() for part in parts):
        name = ".".join(parts)
        module = importlib.import_module(name)
        if os.path.realpath(getattr(module, "__file__", None) or "") == os.path.realpath(full):
            return module
        # An installed package, or one of the standard library, has this name: the file is meant.
    name = "gml_node_" + re.sub(r"\W", "_", path)
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, full)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def call(request, tables):
    module = module_of(request["root"], request["file"])
    name = request["function"]
    function = getattr(module, name, None)
    if not callable(function):
        raise Missing(name)
    try:
        annotations = typing.get_type_hints(function)
    except Exception:
        annotations = dict(getattr(function, "__annotations__", {}))
    try:
        params = inspect.signature(function).parameters
    except (TypeError, ValueError):
        params = {}
    positional, named = [], {}
    for argument in request["args"]:
        own = argument["name"]
        if argument["table"] is not None:
            annotation = annotations.get(own, inspect.Parameter.empty)
            value = table_for(annotation, tables[argument["table"]], argument["nullable"])
        else:
            value = value_of(argument["value"])
        param = params.get(own)
        if param is not None and param.kind is inspect.Parameter.POSITIONAL_ONLY:
            positional.append((list(params).index(own), value))
        else:
            named[own] = value
    positional = [value for _, value in sorted(positional, key=lambda item: item[0])]
    result = function(*positional, **named)
    if inspect.iscoroutine(result):
        result.close()
        raise Wrong("a coroutine: write the function with `def`, not `async def`")
    return to_arrow(result, request["floats"])


def shown_place(path, root):
    _, package, inner = path.rpartition("site-packages" + os.sep)
    if package:
        return inner
    inner = os.path.relpath(path, root) if os.path.isabs(path) else path
    return path if inner.startswith("..") else inner


def told(error, root):
    """An error with the lines of the user's code that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in frames if frame.filename != OWN and "importlib" not in frame.filename]
    lines = [
        {"file": shown_place(frame.filename, root), "line": frame.lineno, "function": frame.name, "text": frame.line or ""}
        for frame in frames
    ]
    message = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        lines.append(
            {"file": shown_place(error.filename, root), "line": error.lineno, "function": "", "text": (error.text or "").strip()}
        )
        message = error.msg
    causes, cause = [], error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and len(causes) < 5:
        text = f"{type(cause).__name__}: {cause}"
        if text != f"{type(error).__name__}: {error}" and text not in causes:
            causes.append(text)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    kind = "memory" if isinstance(error, MemoryError) else "raised"
    return {"kind": kind, "type": type(error).__name__, "message": message, "frames": lines, "causes": causes}


def watch(descriptor):
    """Ends this process, and those that it began, when gmlc ends."""
    poll = select.poll()
    gone = select.POLLHUP | getattr(select, "POLLRDHUP", 0)
    poll.register(descriptor, gone)
    while True:
        for _, event in poll.poll():
            if event & (gone | select.POLLERR | select.POLLNVAL):
                os.killpg(os.getpgrp(), signal.SIGKILL)


def main():
    link = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    printed = [os.dup(1), os.dup(2)]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel(link)
    threading.Thread(target=watch, args=(link.fileno(),), daemon=True).start()
    channel.send({"hello": sys.version.split()[0]})
    while True:
        request = channel.receive()
        root = request["root"]
        tables, answer, result = [], None, None
        read = False
        try:
            for _ in range(request["tables"]):
                tables.append(read_table(channel))
            read = True
            result = call(request, tables)
            answer = {"id": request["id"], "table": True}
        except Wrong as error:
            answer = {"id": request["id"], "error": {"kind": "result", "message": str(error)}}
        except Missing:
            answer = {"id": request["id"], "error": {"kind": "missing"}}
        except BaseException as error:
            answer = {"id": request["id"], "error": told(error, root)}
        tables.clear()
        if not read:
            # It is not known where the next message begins.
            answer["last"] = True
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            with contextlib.suppress(Exception):
                stream.flush()
        for descriptor in printed:
            with contextlib.suppress(OSError):
                os.write(descriptor, request["mark"].encode())
        channel.send(answer)
        if result is not None:
            write_table(channel, result)
        result = None


main()

"""Scores rows with the `model.onnx` that GML saved, by Python's onnxruntime, and tells how far its scores lie from GML's.

    python score_onnx.py MODEL_FOLDER SCORED.parquet [--alone]

The table holds the columns that the model takes and those that GML said (`score`, `label`, `scores`, `calibrated`, ..). Nulls of numbers are
given as NaN, nulls of text as the empty text, dates as days and timestamps as microseconds since 1970, times and durations as microseconds. Printed is, as JSON, the largest difference of each output, and how many labels
differ. With `--alone` the first rows are given one by one.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Rows that are given one by one.
ALONE = 100
KINDS = {"tensor(double)": "float64", "tensor(int64)": "int64", "tensor(bool)": "bool"}


def given(table: pd.DataFrame, name: str, kind: str) -> np.ndarray:
    """A column in the form that the model takes."""
    column = table[name]
    if kind == "tensor(string)":
        values = column.astype(object).where(column.notna(), "").to_numpy(dtype=object)
    else:
        values = column.to_numpy(dtype=KINDS[kind], na_value=np.nan if kind == "tensor(double)" else None)
    return values


def counted(table: pa.Table) -> pa.Table:
    """Dates as days, all else of time as microseconds, decimals as floats."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_date(field.type):
            column = column.cast(pa.int32()).cast(pa.int64())
        elif pa.types.is_timestamp(field.type):
            column = column.cast(pa.timestamp("us", tz=field.type.tz)).cast(pa.int64())
        elif pa.types.is_time(field.type):
            column = column.cast(pa.time64("us")).cast(pa.int64())
        elif pa.types.is_duration(field.type):
            column = column.cast(pa.duration("us")).cast(pa.int64())
        elif pa.types.is_decimal(field.type):
            column = column.cast(pa.float64())
        table = table.set_column(place, field.name, column)
    return table


def said(table: pd.DataFrame, name: str, outputs: list[str]) -> np.ndarray:
    """What GML said: a column, or the numbers of one class, whose column is `scores_<class>` in ONNX."""
    if name in table:
        return table[name].to_numpy()
    lists = name.partition("_")[0]
    of_classes = [output for output in outputs if output.startswith(f"{lists}_")]
    return np.stack(table[lists].to_numpy())[:, of_classes.index(name)]


def difference(theirs: np.ndarray, ours: np.ndarray) -> float:
    """The largest difference of numbers; how many texts differ."""
    if theirs.dtype == object:
        return float((theirs != ours.astype(object)).sum())
    return float(np.abs(theirs - ours.astype("float64")).max())


def scored(session: onnxruntime.InferenceSession, feeds: dict, outputs: list[str], alone: int) -> dict:
    """What the model says of the rows, given all at once, or so many first ones each by itself."""
    found = dict(zip(outputs, session.run(outputs, feeds), strict=True))
    for row in range(alone):
        of_row = session.run(outputs, {name: values[row : row + 1] for name, values in feeds.items()})
        for name, values in zip(outputs, of_row, strict=True):
            found[name][row] = values[0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder of a saved model")
    parser.add_argument("scored", type=Path, help="rows with GML's scores")
    parser.add_argument("--alone", action="store_true", help="give the first rows one by one")
    arguments = parser.parse_args()

    table = counted(pq.read_table(arguments.scored)).to_pandas()
    session = onnxruntime.InferenceSession(arguments.model / "model.onnx", providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    feeds = {value.name: given(table, value.name, value.type).reshape(-1, *value.shape[1:]) for value in inputs}
    outputs = [value.name for value in session.get_outputs()]
    found = scored(session, feeds, outputs, alone=min(ALONE, len(table)) if arguments.alone else 0)
    differences = {name: difference(values, said(table, name, outputs)) for name, values in found.items()}
    print(json.dumps({"rows": len(table), "inputs": list(feeds), "differences": differences}, indent=2))


if __name__ == "__main__":
    main()

"""Reads and writes the table files that peers and GML programs exchange: Parquet or CSV, told by the file's suffix."""

from pathlib import Path

import pandas as pd


def read_table(path: Path) -> pd.DataFrame:
    """One table of a `.parquet` or `.csv` file."""
    if not path.is_file():
        raise SystemExit(f"{path}: no such file")
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        return pd.read_csv(path)
    raise SystemExit(f"{path}: cannot tell the format of this table; name it .parquet or .csv")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Writes `table` to a `.parquet` or `.csv` file, making its folder. CSV instants are UTC in ISO 8601."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    elif path.suffix == ".csv":
        table.to_csv(path, index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")
    else:
        raise SystemExit(f"{path}: cannot tell the format wanted for this table; name it .parquet or .csv")

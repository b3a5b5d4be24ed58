"""Real tables with a target, in parts to learn from, to choose by and to judge on, for `automl` to find models for.

    python automl_sets.py SHARED_DATA --out FOLDER [--only adult,online_shoppers,..]

SHARED_DATA is the folder that holds `adult_income`, `online_shoppers`, `ga4_ecommerce` and `lightgbm_examples`; what is not
there is left out. Writes `<set>_<train|valid|test>.parquet` with the column `outcome`, and prints as JSON for each set its
columns as a GML schema has them, how many rows each part has, and what LightGBM alone reaches on the rows to judge on.

Parts: adult has a test file, and every tenth row of its training file to choose by; of the shoppers, row i is to learn from where
i % 10 is below 8, to choose by at 8, to judge on at 9; visits are split by day (2020-12-19 to 2021-01-03, to 2021-01-06, to
2021-01-10); LightGBM's examples have test files, and every fifth row of their training files to choose by. What is compared with
learned from all of the training file in the last case.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from ga4_sessions import sessions_of, with_calendar
from lightgbm_examples import as_table, read_set
from table_files import write_table

# Test metrics of LightGBM with early stopping (of its examples: with their parameters, without weights), as measured with 4.7.0.
BASELINES = {
    "adult": {"auc": 0.9274, "log_loss": 0.2766},
    "online_shoppers": {"auc": 0.9350, "log_loss": 0.2262},
    "online_shoppers_no_page_values": {"auc": 0.7703, "log_loss": 0.3751},
    "ga4": {"auc": 0.6287, "log_loss": 0.1419},
    "lightgbm_binary": {"auc": 0.8234, "log_loss": 0.5132},
    "lightgbm_regression": {"rmse": 0.1679**0.5},
    "lightgbm_multiclass": {"log_loss": 1.2339, "accuracy": 0.49},
}

GA4_DAYS = {"train": ("2020-12-19", "2021-01-03"), "valid": ("2021-01-04", "2021-01-06"), "test": ("2021-01-07", "2021-01-10")}

Parts = dict[str, pd.DataFrame]


def by_place(table: pd.DataFrame, of: dict[str, list[int]], modulus: int) -> Parts:
    place = pd.Series(range(len(table)), index=table.index) % modulus
    return {name: table[place.isin(places)] for name, places in of.items()}


def adult(data: Path) -> Parts:
    read = lambda name: pd.read_parquet(data / "adult_income" / f"adult_{name}.parquet").rename(columns={"income": "outcome"})
    with_target = lambda table: table.assign(outcome=table["outcome"].eq(">50K"))
    parts = by_place(with_target(read("train")), {"train": list(range(9)), "valid": [9]}, 10)
    return parts | {"test": with_target(read("test"))}


def online_shoppers(data: Path, without: tuple = ()) -> Parts:
    table = pd.read_csv(data / "online_shoppers" / "online_shoppers_intention.csv").rename(columns={"Revenue": "outcome"})
    # Numbers that only name something.
    named = {name: "str" for name in ["OperatingSystems", "Browser", "Region", "TrafficType"]}
    return by_place(table.drop(columns=list(without)).astype(named), {"train": list(range(8)), "valid": [8], "test": [9]}, 10)


def ga4(data: Path) -> Parts:
    sessions = with_calendar(sessions_of(data / "ga4_ecommerce", "2020-12-19", "2021-01-10"))
    table = sessions.drop(columns=["visitor", "session", "started_at"]).rename(columns={"added_to_cart": "outcome"})
    of = lambda days: table[table["date"].between(*map(pd.Timestamp, days))].drop(columns="date")
    return {name: of(days) for name, days in GA4_DAYS.items()}


def lightgbm_example(data: Path, name: str) -> Parts:
    learned, judged = (as_table(name, part) for part in read_set(data / "lightgbm_examples", name))
    kind = {"binary": "bool", "multiclass": "str", "regression": "float64"}[name]
    tables = [
        table.drop(columns="weight", errors="ignore").rename(columns={"label": "outcome"}).astype({"outcome": kind})
        for table in (learned, judged)
    ]
    return by_place(tables[0], {"train": [0, 1, 2, 3], "valid": [4]}, 5) | {"test": tables[1]}


SETS = {
    "adult": adult,
    "online_shoppers": online_shoppers,
    "online_shoppers_no_page_values": lambda data: online_shoppers(data, ("PageValues",)),
    "ga4": ga4,
    "lightgbm_binary": lambda data: lightgbm_example(data, "binary"),
    "lightgbm_regression": lambda data: lightgbm_example(data, "regression"),
    "lightgbm_multiclass": lambda data: lightgbm_example(data, "multiclass"),
}


def schema_of(table: pd.DataFrame) -> str:
    def type_of(column: pd.Series) -> str:
        if pd.api.types.is_bool_dtype(column):
            return "bool"
        if pd.api.types.is_integer_dtype(column):
            return "int"
        return "float" if pd.api.types.is_float_dtype(column) else "category"

    def column(name: str) -> str:
        kind = type_of(table[name])
        if name == "outcome":
            return f"target outcome: {'str' if kind == 'category' else kind}"
        return f"{name}: {kind}?"

    return ", ".join(map(column, table.columns))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--only", default=",".join(SETS), help="sets, comma separated")
    arguments = parser.parse_args()
    report = {}
    for name in arguments.only.split(","):
        parts = SETS[name](arguments.data)
        for part, table in parts.items():
            write_table(table.reset_index(drop=True), arguments.out / f"{name}_{part}.parquet")
        report[name] = {
            "schema": schema_of(parts["train"]),
            "rows": {part: len(table) for part, table in parts.items()},
            "baseline": BASELINES[name],
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

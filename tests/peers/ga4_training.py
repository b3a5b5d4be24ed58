"""Trains the `ga4_propensity` blueprint in Python LightGBM: the peer of its pipeline `training`, without tuning and calibration.

    python ga4_training.py EVENTS_FOLDER|sessions.parquet --out FOLDER [--learning-rate 0.1] [--param name=value ..]

The recipe, learned on the train part alone:

* `days_since_last`: nulls become the mean;
* `campaign`: nulls become "UNKNOWN";
* device, os, browser, source, medium: one column `{column}_{value}` of 1.0 / 0.0 for each value, in order of first
  appearance in train; a value unseen in train, or null, is 0 in all of them. The source columns go; the indicators come
  behind all other columns;
* country, city, campaign, weekday, hour: 1, 2, .. by first appearance in train, in place; unseen is -1, null stays null.

Features are all columns but visitor, session, date, started_at and added_to_cart, in the order of the table (from events: of
schema Session), then weekday and hour, then the indicators; true is 1, false 0. Rows stay in the order of the table, which
decides the ordinals. Training stops early on the log loss of the valid part; the rounds after the best one are dropped.

Written to FOLDER: train, valid and test matrices (features and `added_to_cart`), `predictions` of the test rows
(visitor, session, target, score), and `model.txt`. Test metrics go to the standard output as JSON.
"""

import argparse
import json
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

from ga4_sessions import sessions_of, with_calendar
from metrics_reference import binary_metrics
from table_files import read_table, write_table

TARGET = "added_to_cart"
NOT_FEATURES = ["visitor", "session", "date", "started_at", TARGET]
ONE_HOT = ["device", "os", "browser", "source", "medium"]
ORDINAL = ["country", "city", "campaign", "weekday", "hour"]

# First and last day of each part, both included.
PARTS = {
    "train": ("2020-12-19", "2021-01-03"),
    "valid": ("2021-01-04", "2021-01-06"),
    "test": ("2021-01-07", "2021-01-10"),
}

PARAMETERS = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "seed": 42,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


class Recipe:
    """The fitted preprocessing: what `train` said, applied alike to every part."""

    def __init__(self, train: pd.DataFrame):
        self.days_since_last = train["days_since_last"].mean()
        filled = self._impute(train)
        self.ordinals = {name: self._values(filled[name]) for name in ORDINAL}
        self.indicators = {name: self._values(filled[name]) for name in ONE_HOT}

    @staticmethod
    def _values(column: pd.Series) -> list:
        """The values that are not null, in order of first appearance."""
        return list(column.dropna().unique())

    def _impute(self, part: pd.DataFrame) -> pd.DataFrame:
        return part.assign(
            days_since_last=part["days_since_last"].fillna(self.days_since_last),
            campaign=part["campaign"].fillna("UNKNOWN"),
        )

    def matrix(self, part: pd.DataFrame) -> pd.DataFrame:
        """Features as float64, in the order that the learner sees."""
        filled = self._impute(part)
        features = filled.drop(columns=NOT_FEATURES + ONE_HOT)
        for name, values in self.ordinals.items():
            codes = {value: float(code) for code, value in enumerate(values, start=1)}
            column = filled[name]
            features[name] = column.map(codes).fillna(-1.0).where(column.notna(), np.nan)
        indicators = {
            f"{name}_{value}": filled[name].eq(value).astype("float64")
            for name, values in self.indicators.items()
            for value in values
        }
        return pd.concat([features, pd.DataFrame(indicators, index=part.index)], axis=1).astype("float64")


def split(sessions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The parts by date, each with its rows in table order."""
    between = lambda first, last: sessions["date"].between(pd.Timestamp(first), pd.Timestamp(last))
    return {name: sessions[between(*days)].reset_index(drop=True) for name, days in PARTS.items()}


def load_sessions(source: Path) -> pd.DataFrame:
    """Sessions with their calendar columns, from a folder of events or a table of sessions."""
    if source.is_dir():
        return with_calendar(sessions_of(source, PARTS["train"][0], PARTS["test"][1]))
    sessions = read_table(source)
    for name in ["date", "started_at"]:
        sessions[name] = pd.to_datetime(sessions[name], utc=True).dt.tz_localize(None)
    # A dictionary-encoded column would refuse values outside of its dictionary, such as "UNKNOWN".
    encoded = sessions.select_dtypes("category").columns
    return with_calendar(sessions.astype({name: "str" for name in encoded}))


def train(matrices: dict, targets: dict, parameters: dict, rounds: int, stop_after: int) -> lightgbm.Booster:
    """Boosted trees of the train part, stopped after `stop_after` rounds without a better valid loss (0: never)."""
    names = list(matrices["train"].columns)
    learn = lightgbm.Dataset(matrices["train"].to_numpy(), targets["train"], feature_name=names, params=parameters)
    valid = lightgbm.Dataset(matrices["valid"].to_numpy(), targets["valid"], reference=learn, params=parameters)
    callbacks = [lightgbm.early_stopping(stop_after, first_metric_only=True, verbose=False)] if stop_after else []
    return lightgbm.train(parameters, learn, rounds, valid_sets=[valid], valid_names=["valid"], callbacks=callbacks)


def given_parameters(pairs: list[str]) -> dict:
    """`name=value` arguments, values read as JSON where they are JSON."""
    parameters = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SystemExit(f"--param {pair}: expected name=value")
        try:
            parameters[name] = json.loads(value)
        except json.JSONDecodeError:
            parameters[name] = value
    return parameters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of events_YYYYMMDD.parquet, or a table of sessions")
    parser.add_argument("--out", type=Path, help="folder for matrices, model and predictions")
    parser.add_argument("--format", choices=["parquet", "csv"], default="parquet", help="of the tables written")
    parser.add_argument("--learning-rate", type=float, default=PARAMETERS["learning_rate"])
    parser.add_argument("--leaves", type=int, default=PARAMETERS["num_leaves"])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--stop-after", type=int, default=30, help="0 trains all rounds")
    parser.add_argument("--seed", type=int, default=PARAMETERS["seed"])
    parser.add_argument("--param", action="append", default=[], help="another LightGBM parameter, name=value")
    arguments = parser.parse_args()

    parts = split(load_sessions(arguments.source))
    recipe = Recipe(parts["train"])
    matrices = {name: recipe.matrix(part) for name, part in parts.items()}
    targets = {name: part[TARGET].to_numpy(dtype="float64") for name, part in parts.items()}
    parameters = PARAMETERS | {
        "learning_rate": arguments.learning_rate,
        "num_leaves": arguments.leaves,
        "seed": arguments.seed,
        **given_parameters(arguments.param),
    }
    model = train(matrices, targets, parameters, arguments.rounds, arguments.stop_after)
    scores = {name: model.predict(matrix.to_numpy()) for name, matrix in matrices.items()}

    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, matrix in matrices.items():
            write_table(matrix.assign(**{TARGET: targets[name]}), arguments.out / f"{name}.{arguments.format}")
        predictions = parts["test"][["visitor", "session"]].assign(target=targets["test"], score=scores["test"])
        write_table(predictions, arguments.out / f"predictions.{arguments.format}")
        model.save_model(arguments.out / "model.txt")

    print(
        json.dumps(
            {
                "parameters": parameters,
                "rows": {name: len(part) for name, part in parts.items()},
                "positives": {name: int(target.sum()) for name, target in targets.items()},
                "features": len(matrices["train"].columns),
                "days_since_last_mean": recipe.days_since_last,
                "trees": model.best_iteration or model.current_iteration(),
                "test": binary_metrics(targets["test"], scores["test"]),
                "valid": binary_metrics(targets["valid"], scores["valid"]),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()

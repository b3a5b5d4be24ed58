"""Trains Python LightGBM on the four example sets of the LightGBM repository, each with the parameters of its `train.conf`.

    python lightgbm_examples.py EXAMPLES_FOLDER [--only binary,regression,multiclass,lambdarank] [--out FOLDER] [--to-csv FOLDER]

EXAMPLES_FOLDER is the repository's `examples` (the folders binary_classification, regression, multiclass_classification,
lambdarank). Metrics of the test rows go to the standard output as JSON; `--out` takes predictions (`<set>.csv`, in the order
of the test file) and models (`<set>.txt`).

Unlike the command line of LightGBM with `train.conf`: always 100 trees, without early stopping; initial scores (`.init`
beside the regression set) are IGNORED; `auc_mu` is not computed. Row weights (`.weight`) enter training, never the
metrics. Test rows are never seen in training.

`--to-csv FOLDER` also writes the sets as `<set>_<train|test>.<csv|parquet>` with the columns `label` (int; float for the
regression set), `f0`, `f1`, .. (float; entries missing from a libsvm line are 0), `weight` where the set has weights, and
`query` (0, 1, .. in file order) for ranking.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from sklearn import metrics

from metrics_reference import binary_metrics, ranking_metrics, regression_metrics
from table_files import write_table

ROUNDS = 100
CUTOFFS = [1, 3, 5, 10]

REPEATABLE = {"seed": 42, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1}

# What each train.conf sets, by LightGBM's own names; defaults it spells out (max_bin 255, gbdt, serial) are left out.
CONFIGURATIONS = {
    "binary": {
        "objective": "binary",
        "learning_rate": 0.1,
        "num_leaves": 63,
        "feature_fraction": 0.8,
        "bagging_freq": 5,
        "bagging_fraction": 0.8,
        "min_data_in_leaf": 50,
        "min_sum_hessian_in_leaf": 5.0,
    },
    "regression": {
        "objective": "regression",
        "learning_rate": 0.05,
        "num_leaves": 31,
        "feature_fraction": 0.9,
        "bagging_freq": 5,
        "bagging_fraction": 0.8,
        "min_data_in_leaf": 100,
        "min_sum_hessian_in_leaf": 5.0,
    },
    "multiclass": {
        "objective": "multiclass",
        "num_class": 5,
        "learning_rate": 0.05,
        "num_leaves": 31,
    },
    "lambdarank": {
        "objective": "lambdarank",
        "learning_rate": 0.1,
        "num_leaves": 31,
        "feature_fraction": 1.0,
        "bagging_freq": 1,
        "bagging_fraction": 0.9,
        "min_data_in_leaf": 50,
        "min_sum_hessian_in_leaf": 5.0,
    },
}

FILES = {
    "binary": "binary_classification/binary",
    "regression": "regression/regression",
    "multiclass": "multiclass_classification/multiclass",
    "lambdarank": "lambdarank/rank",
}


@dataclass
class Part:
    """One file of a set with its side files: features (rows, columns), labels, row weights, documents a query."""

    features: np.ndarray
    label: np.ndarray
    weight: np.ndarray | None
    queries: np.ndarray | None

    @property
    def query_of_row(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.queries)), self.queries)


def read_libsvm(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Labels and dense features of a `label index:value ..` file; absent entries are 0."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    entries = [[field.split(":") for field in line[1:]] for line in lines]
    width = 1 + max(int(index) for line in entries for index, _ in line)
    features = np.zeros((len(lines), width))
    for row, line in enumerate(entries):
        for index, value in line:
            features[row, int(index)] = float(value)
    return np.array([float(line[0]) for line in lines]), features


def read_part(path: Path) -> Part:
    """A data file and, where they lie beside it, its `.weight` and `.query`."""
    if ":" in path.open().readline():
        label, features = read_libsvm(path)
    else:
        table = np.loadtxt(path, delimiter="\t", ndmin=2)
        label, features = table[:, 0], table[:, 1:]
    beside = lambda suffix, kind: (
        np.loadtxt(f"{path}{suffix}", dtype=kind) if Path(f"{path}{suffix}").exists() else None
    )
    return Part(features, label, beside(".weight", "float64"), beside(".query", "int64"))


def read_set(folder: Path, name: str) -> tuple[Part, Part]:
    """Train and test part, of equal width."""
    if not (folder / FILES[name]).parent.is_dir():
        raise SystemExit(f"{folder}: lacks the folder {Path(FILES[name]).parent}; expected the examples of LightGBM")
    train, test = (read_part(folder / f"{FILES[name]}.{part}") for part in ["train", "test"])
    width = max(train.features.shape[1], test.features.shape[1])
    for part in (train, test):
        part.features = np.pad(part.features, ((0, 0), (0, width - part.features.shape[1])))
    return train, test


def fit(name: str, train: Part, overrides: dict) -> lightgbm.Booster:
    parameters = CONFIGURATIONS[name] | REPEATABLE | overrides
    names = [f"f{column}" for column in range(train.features.shape[1])]
    learn = lightgbm.Dataset(
        train.features, train.label, weight=train.weight, group=train.queries, feature_name=names, params=parameters
    )
    return lightgbm.train(parameters, learn, ROUNDS)


def measure(name: str, test: Part, score: np.ndarray) -> dict:
    """Unweighted test metrics; the second set of metrics of weighted data carries `weighted_` in front."""
    if name == "binary":
        weighted = binary_metrics(test.label, score, test.weight) if test.weight is not None else {}
        return binary_metrics(test.label, score) | {f"weighted_{key}": value for key, value in weighted.items()}
    if name == "regression":
        return regression_metrics(test.label, score)
    if name == "multiclass":
        return {
            "log_loss": float(metrics.log_loss(test.label, score, labels=range(score.shape[1]))),
            "accuracy": float(metrics.accuracy_score(test.label, score.argmax(axis=1))),
        }
    return ranking_metrics(test.label, score, test.query_of_row, CUTOFFS)


def predictions(test: Part, score: np.ndarray) -> pd.DataFrame:
    """One row a test row: target, score (raw for ranking) or score_0.. of each class, and what metrics need besides."""
    table = pd.DataFrame({"target": test.label})
    if score.ndim == 2:
        for column in range(score.shape[1]):
            table[f"score_{column}"] = score[:, column]
    else:
        table["score"] = score
    if test.weight is not None:
        table["weight"] = test.weight
    if test.queries is not None:
        table["group"] = test.query_of_row
    return table


def as_table(name: str, part: Part) -> pd.DataFrame:
    """The set as a table with a header."""
    label = part.label if name == "regression" else part.label.astype("int64")
    features = {f"f{column}": values for column, values in enumerate(part.features.T)}
    table = pd.DataFrame({"label": label, **features})
    if part.weight is not None:
        table["weight"] = part.weight
    if part.queries is not None:
        table["query"] = part.query_of_row
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("examples", type=Path, help="folder of the four example folders")
    parser.add_argument("--only", default=",".join(FILES), help="sets, comma separated")
    parser.add_argument("--out", type=Path, help="folder for predictions and models")
    parser.add_argument("--to-csv", type=Path, help="folder for the sets as tables with a header")
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv", help="of what --to-csv writes")
    parser.add_argument(
        "--no-sampling", action="store_true", help="without bagging and feature sampling: no randomness"
    )
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := set(names) - set(FILES):
        raise SystemExit(f"--only {', '.join(sorted(unknown))}: the sets are {', '.join(FILES)}")

    report = {}
    for name in names:
        train, test = read_set(arguments.examples, name)
        if arguments.to_csv:
            for suffix, part in {"train": train, "test": test}.items():
                write_table(as_table(name, part), arguments.to_csv / f"{name}_{suffix}.{arguments.format}")
        overrides = (
            {"feature_fraction": 1.0, "bagging_freq": 0, "bagging_fraction": 1.0} if arguments.no_sampling else {}
        )
        model = fit(name, train, overrides)
        score = model.predict(test.features)
        if arguments.out:
            write_table(predictions(test, score), arguments.out / f"{name}.csv")
            model.save_model(arguments.out / f"{name}.txt")
        report[name] = {
            "parameters": CONFIGURATIONS[name] | REPEATABLE | overrides,
            "trees": model.current_iteration(),
            "train": list(train.features.shape),
            "test": list(test.features.shape),
            "metrics": measure(name, test, score),
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

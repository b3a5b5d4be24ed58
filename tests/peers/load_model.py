"""Loads a model that GML saved into Python LightGBM, and predicts with it.

    python load_model.py MODEL_FOLDER [--matrix test.parquet] [--out predictions.csv] [--raw]

Reads `MODEL_FOLDER/model.txt` and prints what it holds as JSON. The matrix (CSV or Parquet) must have the model's features
as columns, in any order, other columns are ignored; `--by-position` takes its first columns as the features instead.
Predictions go to `--out`, else to the standard output, one number a line (one line a row, classes separated by commas),
with 17 significant digits.
"""

import argparse
import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

from table_files import read_table, write_table


def feature_matrix(table: pd.DataFrame, names: list[str], by_position: bool) -> np.ndarray:
    """The model's features as float64, in its order."""
    if by_position:
        if len(table.columns) < len(names):
            raise SystemExit(f"the matrix has {len(table.columns)} columns, the model {len(names)} features")
        return table.iloc[:, : len(names)].to_numpy(dtype="float64")
    # LightGBM stores spaces of feature names as underscores.
    columns = {name.replace(" ", "_"): name for name in table.columns}
    missing = [name for name in names if name not in columns]
    if missing:
        raise SystemExit(f"the matrix lacks the feature(s) {', '.join(missing)}; --by-position ignores names")
    return table[[columns[name] for name in names]].to_numpy(dtype="float64")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder of a saved model, which holds model.txt")
    parser.add_argument("--matrix", type=Path, help="table of features: .csv or .parquet")
    parser.add_argument("--out", type=Path, help="where to write the predictions: .csv or .parquet")
    parser.add_argument("--raw", action="store_true", help="scores before the sigmoid or softmax")
    parser.add_argument("--by-position", action="store_true", help="match the matrix by position, not by name")
    arguments = parser.parse_args()

    path = arguments.model / "model.txt"
    if not path.is_file():
        raise SystemExit(f"{path}: no such file; expected a folder of a saved model")
    model = lightgbm.Booster(model_file=str(path))
    facts = {
        "trees": model.num_trees(),
        "trees_per_round": model.num_model_per_iteration(),
        "features": model.feature_name(),
    }
    if not arguments.matrix:
        print(json.dumps(facts, indent=2))
        return
    matrix = feature_matrix(read_table(arguments.matrix), model.feature_name(), arguments.by_position)
    score = model.predict(matrix, raw_score=arguments.raw, num_threads=1)
    if arguments.out:
        names = ["score"] if score.ndim == 1 else [f"score_{column}" for column in range(score.shape[1])]
        write_table(pd.DataFrame(score.reshape(len(score), -1), columns=names), arguments.out)
        print(json.dumps(facts | {"rows": len(score), "mean": float(score.mean())}, indent=2))
    else:
        np.savetxt(sys.stdout, score.reshape(len(score), -1), fmt="%.17g", delimiter=",")


if __name__ == "__main__":
    main()

"""Metrics by scikit-learn, the reference that GML's own metrics are held against.

    python metrics_reference.py scores.csv [--kind binary|regression|ranking] [--at 1,3,5,10]

The table (CSV or Parquet) has the columns `target` and `score`, and optionally `weight` and `group`. Without `--kind` it is
ranking if there is a `group` column, binary if the targets are 0 and 1 and the scores lie in 0 to 1, else regression.
Weights, where given, enter every metric but NDCG.

NDCG@k of a query is DCG@k / ideal DCG@k with gain 2^label - 1 and discount 1 / log2(rank + 1), rank from 1. Documents of
equal score keep the order of the file (LightGBM's way), or, with `--ties mean`, share the mean gain of the places they take
together (scikit-learn's own way). A query without a relevant document counts 1. The metric is the plain mean over queries.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import metrics

from table_files import read_table


def binary_metrics(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> dict:
    """AUC, log loss (natural logarithm), Brier score, average precision and accuracy at 0.5 of probabilities `score`."""
    return {
        "auc": float(metrics.roc_auc_score(target, score, sample_weight=weight)),
        "log_loss": float(metrics.log_loss(target, score, sample_weight=weight, labels=[0, 1])),
        "brier": float(metrics.brier_score_loss(target, score, sample_weight=weight)),
        "average_precision": float(metrics.average_precision_score(target, score, sample_weight=weight)),
        "accuracy": float(metrics.accuracy_score(target, score >= 0.5, sample_weight=weight)),
    }


def regression_metrics(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> dict:
    """Mean squared error (`l2`), its root, and mean absolute error."""
    l2 = float(metrics.mean_squared_error(target, score, sample_weight=weight))
    return {"l2": l2, "rmse": l2**0.5, "mae": float(metrics.mean_absolute_error(target, score, sample_weight=weight))}


def query_ndcg(label: np.ndarray, score: np.ndarray, k: int, ties: str) -> float:
    """NDCG@k of one query, by the definition at the head of this file."""
    gain = np.exp2(label) - 1.0
    if not gain.any():
        return 1.0
    if len(gain) == 1:
        return 1.0
    if ties == "input":
        places = len(score) - np.argsort(np.argsort(-score, kind="stable"), kind="stable")
        score = places.astype("float64")
    return float(metrics.ndcg_score(gain[None, :], score[None, :], k=k, ignore_ties=ties == "input"))


def ranking_metrics(
    target: np.ndarray, score: np.ndarray, group: np.ndarray, cutoffs: list[int], ties: str = "input"
) -> dict:
    """NDCG at each cutoff, the mean over queries, each the rows that share a value of `group`."""
    queries = [rows.index.to_numpy() for _, rows in pd.DataFrame({"group": group}).groupby("group", sort=False)]
    return {
        f"ndcg@{k}": float(np.mean([query_ndcg(target[rows], score[rows], k, ties) for rows in queries]))
        for k in cutoffs
    }


def kind_of(table: pd.DataFrame) -> str:
    if "group" in table:
        return "ranking"
    is_binary = table["target"].isin([0, 1]).all() and table["score"].between(0, 1).all()
    return "binary" if is_binary else "regression"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path, help="table of target, score[, weight, group]: .csv or .parquet")
    parser.add_argument("--kind", choices=["binary", "regression", "ranking"])
    parser.add_argument("--at", default="1,3,5,10", help="cutoffs of NDCG, comma separated")
    parser.add_argument("--ties", choices=["input", "mean"], default="input", help="equal scores in NDCG")
    arguments = parser.parse_args()
    table = read_table(arguments.table)
    missing = {"target", "score"} - set(table.columns)
    if missing:
        raise SystemExit(f"{arguments.table}: lacks the column(s) {', '.join(sorted(missing))}")
    target, score = table["target"].to_numpy(dtype="float64"), table["score"].to_numpy(dtype="float64")
    weight = table["weight"].to_numpy(dtype="float64") if "weight" in table else None
    kind = arguments.kind or kind_of(table)
    if kind == "binary":
        found = binary_metrics(target, score, weight)
    elif kind == "regression":
        found = regression_metrics(target, score, weight)
    else:
        if "group" not in table:
            raise SystemExit(f"{arguments.table}: ranking needs the column group")
        cutoffs = [int(k) for k in arguments.at.split(",")]
        found = ranking_metrics(target, score, table["group"].to_numpy(), cutoffs, arguments.ties)
    print(json.dumps({"kind": kind, "rows": len(table), **found}, indent=2))


if __name__ == "__main__":
    main()

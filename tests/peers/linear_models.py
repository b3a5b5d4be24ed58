"""Linear models by scikit-learn on the rows that the unit tests of the operators make.

    python linear_models.py

The rows are those of `learn/tests/support.rs`: 800 of a linear congruential generator, 600 to learn from. What is printed
as JSON stands in the unit tests of linear models (`learn/linear/tests.rs`).
"""

import json

import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

ROWS, LEARNED = 800, 600
PATH = [1.0, 0.3, 0.1, 0.03, 0.01]


def sample() -> pd.DataFrame:
    """The rows of `support::sample`, nulls of `x1` filled with 0.5."""
    state = 20_260_101

    def uniform() -> float:
        nonlocal state
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return (state >> 11) / 2**53

    rows = []
    for _ in range(ROWS):
        draw = [uniform() for _ in range(7)]
        count, letter, flag = int(draw[2] * 10.0), int(draw[3] * 6.0), draw[4] < 0.5
        z = 3.0 * draw[0] - 2.0 * draw[1] + (1.5 if letter < 2 else 0.0) + (0.5 if flag else 0.0) + 0.1 * count + draw[6]
        rows.append((draw[0], draw[1] if draw[5] >= 0.1 else 0.5, count, "abcdef"[letter], float(flag), z))
    table = pd.DataFrame(rows, columns=["x0", "x1", "n", "c", "b", "z"])
    for letter in pd.unique(table["c"][:LEARNED]):
        table[f"c_{letter}"] = (table["c"] == letter).astype("float64")
    return table.drop(columns="c")


def main() -> None:
    table = sample()
    target = table.pop("z").to_numpy()
    learned = table[:LEARNED].to_numpy(dtype="float64")
    label, number = target[:LEARNED] > 1.8, target[:LEARNED]
    # Any weights will do, as long as both sides have the same.
    weight = 0.25 + np.arange(LEARNED) % 7
    report = {"features": list(table.columns)}

    def of(model, y, weights=None) -> dict:
        scaler = StandardScaler().fit(learned, sample_weight=weights)
        model.fit(scaler.transform(learned), y, sample_weight=weights)
        coefficients = np.ravel(model.coef_) / scaler.scale_
        intercept = float(np.ravel(model.intercept_)[0] - coefficients @ scaler.mean_)
        return {"coefficients": coefficients.tolist(), "intercept": intercept}

    def of_classes(model, y, weights=None) -> list[dict]:
        scaler = StandardScaler().fit(learned, sample_weight=weights)
        model.fit(scaler.transform(learned), y, sample_weight=weights)
        coefficients = model.coef_ / scaler.scale_
        # All sums may be moved alike: here they add up to 0.
        intercepts = model.intercept_ - model.intercept_.mean() - coefficients @ scaler.mean_
        pairs = zip(coefficients, intercepts, strict=True)
        return [{"coefficients": own.tolist(), "intercept": float(intercept)} for own, intercept in pairs]

    exact = {"tol": 1e-12, "max_iter": 100_000}
    for name, weights in {"": None, "_weighted": weight}.items():
        for l2 in [0.1, 1.0, 100.0]:
            model = LogisticRegression(C=1 / l2, solver="newton-cholesky", **exact)
            report[f"logistic_l2_{l2}{name}"] = of(model, label, weights)
            report[f"ridge_{l2}{name}"] = of(Ridge(alpha=l2, solver="cholesky"), number, weights)
    report["logistic_l1_5"] = of(
        LogisticRegression(C=0.2, l1_ratio=1.0, solver="saga", random_state=0, tol=1e-13, max_iter=1_000_000), label
    )
    report["logistic_l1_3_l2_6"] = of(
        LogisticRegression(C=1 / 9, l1_ratio=1 / 3, solver="saga", random_state=0, tol=1e-13, max_iter=1_000_000), label
    )
    balanced = LogisticRegression(C=1.0, class_weight={True: 3.0, False: 1.0}, solver="newton-cholesky", **exact)
    report["logistic_positive_weight_3"] = of(balanced, label)
    classes = np.array(["low", "mid", "high"])[(target[:LEARNED] >= 1.2).astype(int) + (target[:LEARNED] >= 2.4)]
    for name, weights in {"": None, "_weighted": weight}.items():
        for l2 in [0.1, 1.0, 100.0]:
            model = LogisticRegression(C=1 / l2, solver="newton-cg", **exact)
            report[f"softmax_l2_{l2}{name}"] = of_classes(model, classes, weights)
    for penalty in PATH:
        report[f"lasso_{penalty}"] = of(ElasticNet(alpha=penalty, l1_ratio=1.0, **exact), number)
        report[f"elastic_net_{penalty}_0.5"] = of(ElasticNet(alpha=penalty, l1_ratio=0.5, **exact), number)
    report["elastic_net_0.1_0.5_weighted"] = of(ElasticNet(alpha=0.1, l1_ratio=0.5, **exact), number, weight)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

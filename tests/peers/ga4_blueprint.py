"""The whole `ga4_propensity` blueprint in Python: pandas, Optuna, LightGBM, scikit-learn, shap and matplotlib.

    python ga4_blueprint.py EVENTS_FOLDER --out FOLDER [--trials 50] [--seed 42] [--threads 2]

What its users would write, step for step as the blueprint does it: visits from events, the split by days, the recipe learned on
train, a search by Optuna's TPE with median pruning over the same ranges (the binned rows shared by the trials, as far as LightGBM
allows), the best model calibrated by isotonic regression on valid, metrics and a reliability curve on test, SHAP values of every
row of test, a page with the figures, and the scores of the last day. It needs the packages of `tests/bench/requirements.txt`.

Metrics and the seconds of each part go to the standard output as JSON, and into `summary.json` of the folder.
"""

import argparse
import base64
import html
import io
import json
import time
from pathlib import Path

import lightgbm
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import optuna
import pandas as pd
import shap
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from ga4_sessions import sessions_of, with_calendar
from ga4_training import PARTS, TARGET, Recipe, split
from metrics_reference import binary_metrics
from table_files import write_table

ROUNDS, STOP_AFTER = 200, 30


class Clock:
    """Seconds of each part, in the order in which they were taken."""

    def __init__(self):
        self.parts = {}
        self.last = time.perf_counter()

    def took(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = round(now - self.last, 3)
        self.last = now


def tuned(matrices: dict, targets: dict, trials: int, seed: int, threads: int) -> dict:
    """The parameters with the best AUC on valid."""
    fixed = {
        "objective": "binary",
        "metric": ["binary_logloss", "auc"],
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
        "bagging_freq": 1,
        # The rows are binned once: nothing that is searched may change that.
        "feature_pre_filter": False,
    }
    learn = lightgbm.Dataset(matrices["train"], targets["train"], params=fixed, free_raw_data=False).construct()
    valid = lightgbm.Dataset(matrices["valid"], targets["valid"], reference=learn, params=fixed).construct()

    def objective(trial: optuna.Trial) -> float:
        parameters = fixed | {
            "max_depth": trial.suggest_int("max_depth", 2, 10),
            "num_leaves": trial.suggest_int("num_leaves", 4, 256, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 0.001, 1.0, log=True),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.5, 1.0),
            "lambda_l1": trial.suggest_float("lambda_l1", 1e-8, 1.0, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-8, 1.0, log=True),
        }

        def watch(env: lightgbm.callback.CallbackEnv) -> None:
            loss = next(value for _, name, value, _ in env.evaluation_result_list if name == "binary_logloss")
            trial.report(loss, env.iteration)
            if trial.should_prune():
                raise optuna.TrialPruned

        # The pruner sees the loss, which falls; the study looks for the AUC.
        model = lightgbm.train(
            parameters,
            learn,
            ROUNDS,
            valid_sets=[valid],
            callbacks=[lightgbm.early_stopping(STOP_AFTER, first_metric_only=True, verbose=False), watch],
        )
        trial.set_user_attr("auc", roc_auc_score(targets["valid"], model.predict(matrices["valid"])))
        return -trial.user_attrs["auc"]

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed), pruner=optuna.pruners.MedianPruner()
    )
    study.optimize(objective, n_trials=trials)
    return fixed | study.best_params


def picture(draw) -> str:
    """A figure as an `img` that needs no other file."""
    plt.figure(figsize=(7, 5))
    draw()
    bytes_of = io.BytesIO()
    plt.savefig(bytes_of, format="png", bbox_inches="tight")
    plt.close("all")
    return f'<img src="data:image/png;base64,{base64.b64encode(bytes_of.getvalue()).decode()}">'


def report(metrics: dict, truth: np.ndarray, scores: np.ndarray, values: shap.Explanation) -> str:
    """One page: the metrics, the reliability curve, and what matters."""

    def curve() -> None:
        outcome, predicted = calibration_curve(truth, scores, n_bins=10, strategy="quantile")
        plt.plot([0, predicted.max()], [0, predicted.max()], ":")
        plt.plot(predicted, outcome, "o-")

    pictures = [
        picture(curve),
        picture(lambda: shap.plots.bar(values, show=False)),
        picture(lambda: shap.plots.beeswarm(values, show=False)),
    ]
    return f"<!doctype html><title>Propensity</title><pre>{html.escape(json.dumps(metrics, indent=2))}</pre>" + "".join(pictures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", type=Path, help="folder of events_YYYYMMDD.parquet")
    parser.add_argument("--out", type=Path, required=True, help="folder for everything written")
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2, help="of LightGBM")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    clock = Clock()

    sessions = sessions_of(arguments.events, PARTS["train"][0], PARTS["test"][1])
    write_table(sessions, arguments.out / "sessions.parquet")
    clock.took("prepare")

    parts = split(with_calendar(sessions))
    recipe = Recipe(parts["train"])
    matrices = {name: recipe.matrix(part) for name, part in parts.items()}
    targets = {name: part[TARGET].to_numpy(dtype="float64") for name, part in parts.items()}
    parameters = tuned(matrices, targets, arguments.trials, arguments.seed, arguments.threads)
    clock.took("tune")

    learn = lightgbm.Dataset(matrices["train"], targets["train"], params=parameters)
    valid = lightgbm.Dataset(matrices["valid"], targets["valid"], reference=learn, params=parameters)
    stop = lightgbm.early_stopping(STOP_AFTER, first_metric_only=True, verbose=False)
    model = lightgbm.train(parameters, learn, ROUNDS, valid_sets=[valid], callbacks=[stop])
    model.save_model(arguments.out / "model.txt")
    curve = IsotonicRegression(out_of_bounds="clip").fit(model.predict(matrices["valid"]), targets["valid"])
    scores = {name: curve.predict(model.predict(matrix)) for name, matrix in matrices.items()}
    metrics = {name: binary_metrics(targets[name], scores[name]) for name in parts}
    clock.took("fit, calibrate and judge")

    values = shap.TreeExplainer(model)(matrices["test"])
    clock.took("explain")

    page = report(metrics["test"], targets["test"], scores["test"], values)
    (arguments.out / "report.html").write_text(page)
    clock.took("report")

    last = parts["test"]["date"].max()
    day = with_calendar(sessions_of(arguments.events, str(last.date()), str(last.date())))
    score = model.predict(recipe.matrix(day))
    scored = day[["visitor", "session"]].assign(score=score, calibrated=curve.predict(score))
    write_table(scored.assign(will_add_to_cart=scored["calibrated"] >= 0.04), arguments.out / "predictions.parquet")
    clock.took("score")

    summary = json.dumps({"test": metrics["test"], "rows explained": len(values), "seconds": clock.parts}, indent=2)
    (arguments.out / "summary.json").write_text(summary)
    print(summary)


if __name__ == "__main__":
    main()

"""What Optuna's TPE finds for LightGBM on tables that `automl_sets.py` wrote, with as many trials as `tune` has.

    python tune_optuna.py FOLDER --set adult [--trials 40] [--seeds 1,2,3,4,5] [--threads 2] [--pruned]

FOLDER holds `<set>_<train|valid|test>.parquet` with a Boolean column `outcome`. Rows, ranges, rounds and early stopping are those of
`tests/bench/tune`; the first trial has LightGBM's defaults there and here (`enqueue_trial`). `--pruned` gives trials up by Optuna's
median pruner on the loss. Prints as JSON for each seed the AUC on the rows to choose by, that on the rows to judge on, the rounds of
all trials and the seconds.
"""

import argparse
import json
import time
from pathlib import Path

import lightgbm
import optuna
import pandas as pd
from sklearn.metrics import roc_auc_score

ROUNDS, STOP_AFTER = 300, 30
# Where LightGBM's defaults lie in the ranges; those outside of them at their end.
DEFAULTS = {
    "max_depth": 10,
    "num_leaves": 31,
    "learning_rate": 0.1,
    "bagging_fraction": 1.0,
    "feature_fraction": 1.0,
    "lambda_l1": 1e-8,
    "lambda_l2": 1e-8,
}


def read(folder: Path, name: str) -> dict[str, pd.DataFrame]:
    """The parts, texts as categories that are the same in all of them."""
    parts = {part: pd.read_parquet(folder / f"{name}_{part}.parquet") for part in ("train", "valid", "test")}
    whole = pd.concat(parts, ignore_index=False)
    for column in whole.columns:
        if column != "outcome" and not pd.api.types.is_numeric_dtype(whole[column]):
            whole[column] = whole[column].astype("category")
    return {part: whole.loc[part] for part in parts}


def searched(parts: dict, trials: int, seed: int, threads: int, is_pruned: bool) -> dict:
    features = {part: table.drop(columns="outcome") for part, table in parts.items()}
    truth = {part: table["outcome"].astype(float) for part, table in parts.items()}
    fixed = {
        "objective": "binary",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
        "bagging_freq": 1,
        "feature_pre_filter": False,
    }
    learn = lightgbm.Dataset(features["train"], truth["train"], params=fixed, free_raw_data=False).construct()
    valid = lightgbm.Dataset(features["valid"], truth["valid"], reference=learn, params=fixed).construct()
    best = {"auc": -1.0}
    rounds = 0

    def objective(trial: optuna.Trial) -> float:
        nonlocal best, rounds
        parameters = fixed | {
            "max_depth": trial.suggest_int("max_depth", 2, 10),
            "num_leaves": trial.suggest_int("num_leaves", 4, 256, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.5, log=True),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.5, 1.0),
            "lambda_l1": trial.suggest_float("lambda_l1", 1e-8, 10.0, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-8, 10.0, log=True),
        }

        def watch(env: lightgbm.callback.CallbackEnv) -> None:
            nonlocal rounds
            rounds += 1
            if is_pruned:
                trial.report(env.evaluation_result_list[0][2], env.iteration)
                if trial.should_prune():
                    raise optuna.TrialPruned

        callbacks = [lightgbm.early_stopping(STOP_AFTER, verbose=False), watch]
        model = lightgbm.train(parameters, learn, ROUNDS, valid_sets=[valid], callbacks=callbacks)
        auc = roc_auc_score(truth["valid"], model.predict(features["valid"]))
        if auc > best["auc"]:
            best = {"auc": auc, "test": roc_auc_score(truth["test"], model.predict(features["test"]))}
        return -auc

    began = time.perf_counter()
    pruner = optuna.pruners.MedianPruner() if is_pruned else optuna.pruners.NopPruner()
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="minimize", sampler=sampler, pruner=pruner)
    study.enqueue_trial(DEFAULTS)
    study.optimize(objective, n_trials=trials)
    return {"seed": seed, "valid": best["auc"], "test": best["test"], "rounds": rounds, "seconds": time.perf_counter() - began}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", required=True)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pruned", action="store_true")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    parts = read(arguments.folder, arguments.set)
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    found = [searched(parts, arguments.trials, seed, arguments.threads, arguments.pruned) for seed in seeds]
    print(json.dumps(found))


if __name__ == "__main__":
    main()

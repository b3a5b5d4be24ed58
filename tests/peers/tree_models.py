"""Small models of XGBoost and ONNX with what their own libraries say of some rows: the fixtures of gml-codegen's readers.

    python tree_models.py FOLDER

Writes `<name>.json` or `<name>.onnx` and `<name>.csv`: the features (empty where missing), then the raw scores `raw_0`, .. and
the answers `answer_0`, .. Needs what is not among the requirements of the peers: xgboost, scikit-learn, skl2onnx, onnxruntime.
"""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
import xgboost
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor

ROWS = 300
KEPT = 60
FEATURES = 5


def rows(random: np.random.Generator, missing: bool) -> np.ndarray:
    values = random.normal(size=(ROWS, FEATURES))
    # The last one is a category for those who take categories.
    values[:, -1] = random.integers(0, 40, ROWS)
    if missing:
        values[random.random(values.shape) < 0.1] = np.nan
    return values.astype("float32").astype("float64")


def write(path: Path, values: np.ndarray, raw: np.ndarray, answers: np.ndarray) -> None:
    raw, answers = raw.reshape(len(values), -1), answers.reshape(len(values), -1)
    names = [f"f{column}" for column in range(values.shape[1])]
    names += [f"raw_{column}" for column in range(raw.shape[1])]
    names += [f"answer_{column}" for column in range(answers.shape[1])]
    text = lambda number: "" if np.isnan(number) else repr(float(number))
    lines = [",".join(map(text, line)) for line in np.hstack([values, raw, answers])[:KEPT]]
    path.write_text("\n".join([",".join(names), *lines]) + "\n")


def of_xgboost(folder: Path) -> None:
    random = np.random.default_rng(7)
    values = rows(random, missing=True)
    signal = np.nan_to_num(values[:, 0]) + np.nan_to_num(values[:, 1]) ** 2 + (np.nan_to_num(values[:, 4]) % 3 == 1)
    targets = {
        "binary:logistic": signal > 1,
        "multi:softprob": np.digitize(signal, [0.5, 1.5]),
        "count:poisson": np.floor(np.exp(signal.clip(-1, 2))),
        "reg:squarederror": signal,
    }
    kinds = ["q"] * (FEATURES - 1) + ["c"]
    for objective, target in targets.items():
        data = xgboost.DMatrix(values, target, feature_types=kinds, enable_categorical=True)
        parameters = {"objective": objective, "max_depth": 4, "eta": 0.3, "seed": 3, "nthread": 1, "max_cat_to_onehot": 4}
        if objective.startswith("multi"):
            parameters["num_class"] = 3
        model = xgboost.train(parameters, data, 6)
        name = folder / f"xgboost_{objective.split(':')[1]}"
        model.save_model(name.with_suffix(".json"))
        write(name.with_suffix(".csv"), values, model.predict(data, output_margin=True), model.predict(data))


def of_onnx(folder: Path) -> None:
    random = np.random.default_rng(8)
    values = rows(random, missing=False)
    signal = values[:, 0] + values[:, 1] ** 2
    kept = {"random_state": 1, "n_estimators": 6, "max_depth": 4}
    models = {
        "forest": RandomForestRegressor(**kept).fit(values, signal),
        "boosted": GradientBoostingRegressor(**kept).fit(values, signal),
        "forest_classes": RandomForestClassifier(**kept).fit(values, np.digitize(signal, [0.5, 1.5])),
        "boosted_classes": GradientBoostingClassifier(**kept).fit(values, np.digitize(signal, [0.5, 1.5])),
        "boosted_binary": GradientBoostingClassifier(**kept).fit(values, signal > 1),
    }
    for name, model in models.items():
        options = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
        graph = to_onnx(model, values[:1].astype("float32"), options=options, target_opset={"": 18, "ai.onnx.ml": 3})
        path = folder / f"onnx_{name}.onnx"
        path.write_bytes(graph.SerializeToString())
        session = onnxruntime.InferenceSession(path)
        answers = session.run(None, {session.get_inputs()[0].name: values.astype("float32")})[-1]
        print(name, [node.op_type for node in graph.graph.node])
        write(path.with_suffix(".csv"), values, answers, answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    of_xgboost(folder)
    of_onnx(folder)


if __name__ == "__main__":
    main()

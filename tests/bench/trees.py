"""Scores of boosted trees on one thread: gml-codegen against LightGBM's C interface, onnxruntime, treelite, tl2cgen and lleaves.

    python trees.py [--only random,adult,ga4,thousand] [--model MODEL.txt] [--trees BINARY] [--compiled BINARY] [--runs 5]

Needs LightGBM; what else is not installed (onnxruntime with onnxmltools, treelite, tl2cgen, lleaves with llvmlite before 0.44) is left out and said so. BINARY is
the example of gml-codegen, `cargo build --release -p gml-codegen --example trees` (`compiled`: the same model as `gmlc compile` makes a
library of it, called as C does, against the scorer in the process; left out where it is not built). Batch: all rows in one call. Single: one call a
row, of Python's bindings with what those cost, so they are no rivals there and are told for what a user of them waits; LightGBM's
single row is that of its C interface. Best of the runs, in nanoseconds a row. Measure on a quiet core: `chrt -f 10 taskset -c 0 python trees.py`.

The models: 200 trees of 63 leaves on 50 random features; 200 of 31 leaves on the census of adults with its categories (shared data); what
`tests/peers/ga4_training.py` learns of the visits of 23 days, on those of its test part (shared data); 1,000 of 127 leaves on 50 features with
missing values. `--model` takes any other, on rows drawn from its `feature_infos`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lightgbm
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))
ONE_THREAD = {"verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True}
ROWS = 20_000


def train(parameters: dict, features: np.ndarray, target: np.ndarray, rounds: int, categories="auto") -> lightgbm.Booster:
    data = lightgbm.Dataset(features, target, categorical_feature=categories)
    return lightgbm.train(ONE_THREAD | parameters, data, rounds)


def random_model():
    random = np.random.default_rng(1)
    features = random.random((ROWS, 50))
    signal = features[:, :10].sum(1) + np.sin(6 * features[:, 10]) * features[:, 11] + random.normal(0, 1, ROWS)
    parameters = {"objective": "binary", "num_leaves": 63, "learning_rate": 0.05}
    return train(parameters, features, signal > 5.2, 200), random.random((ROWS, 50))


def adult_model():
    import pandas as pd

    folder = SHARED / "data" / "adult_income"
    if not folder.is_dir():
        print("adult: skipped: no shared data")
        return None
    parts = [pd.read_parquet(folder / f"adult_{part}.parquet") for part in ["train", "test"]]
    table = pd.concat(parts)
    target = table.pop("income").astype(str).str.contains(">50").to_numpy()
    texts = [place for place, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    for place in texts:
        codes = table.iloc[:, place].astype("category").cat.codes.astype(float)
        table.isetitem(place, codes.replace(-1, np.nan))
    features, learned = table.to_numpy(float), len(parts[0])
    parameters = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.05}
    return train(parameters, features[:learned], target[:learned], 200, texts), features[learned:]


def ga4_model():
    folder = SHARED / "data" / "ga4_ecommerce"
    if not folder.is_dir():
        print("ga4: skipped: no shared data")
        return None
    sys.path.insert(0, str(ROOT / "tests" / "peers"))
    import ga4_training as peer

    parts = peer.split(peer.load_sessions(folder))
    recipe = peer.Recipe(parts["train"])
    matrices = {name: recipe.matrix(part) for name, part in parts.items()}
    targets = {name: part[peer.TARGET].to_numpy(dtype="float64") for name, part in parts.items()}
    model = peer.train(matrices, targets, peer.PARAMETERS, rounds=200, stop_after=30)
    return model, matrices["test"].to_numpy()


def thousand_model():
    random = np.random.default_rng(2)
    features = random.random((ROWS, 50))
    features[random.random(features.shape) < 0.1] = np.nan
    target = np.nan_to_num(features[:, :6]).sum(1) + random.normal(0, 0.5, ROWS)
    parameters = {"objective": "regression", "num_leaves": 127, "learning_rate": 0.02, "min_data_in_leaf": 10}
    return train(parameters, features, target, 1000), features


def given_model(path: Path):
    model = lightgbm.Booster(model_file=path)
    infos = next(line for line in path.read_text().splitlines() if line.startswith("feature_infos="))
    random = np.random.default_rng(3)
    columns = []
    for info in infos.removeprefix("feature_infos=").split(" "):
        if info.startswith("["):
            low, high = map(float, info.strip("[]").split(":"))
            columns.append(random.uniform(low, high, ROWS))
        else:
            known = [float(code) for code in info.split(":") if code.lstrip("-").isdigit()] or [0.0]
            columns.append(random.choice(known, ROWS))
    return model, np.stack(columns, 1)


def best(runs: int, rows: int, work) -> float:
    """Nanoseconds a row of the best run."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter_ns()
        work()
        taken.append((time.perf_counter_ns() - started) / rows)
    return min(taken)


def of_onnxruntime(model, features, folder):
    import onnxruntime
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    graph = convert_lightgbm(model, initial_types=[("rows", FloatTensorType([None, features.shape[1]]))], zipmap=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return (lambda rows: session.run(None, {"rows": rows})), features.astype("float32")


def of_treelite(model, features, folder):
    import treelite

    forest = treelite.frontend.load_lightgbm_model(str(folder / "model.txt"))
    return (lambda rows: treelite.gtil.predict(forest, rows, nthread=1, pred_margin=True)), features


def of_tl2cgen(model, features, folder):
    import tl2cgen
    import treelite

    forest = treelite.frontend.load_lightgbm_model(str(folder / "model.txt"))
    library = folder / "forest.so"
    tl2cgen.export_lib(forest, toolchain="gcc", libpath=str(library), params={"parallel_comp": max(1, model.num_trees() // 20)}, verbose=False)
    predictor = tl2cgen.Predictor(str(library), nthread=1)
    return (lambda rows: predictor.predict(tl2cgen.DMatrix(rows), pred_margin=True)), features


def of_lleaves(model, features, folder):
    import lleaves

    compiled = lleaves.Model(model_file=str(folder / "model.txt"))
    compiled.compile()
    return (lambda rows: compiled.predict(rows, n_jobs=1)), features


PEERS = {"onnxruntime": of_onnxruntime, "treelite (gtil)": of_treelite, "tl2cgen": of_tl2cgen, "lleaves": of_lleaves}


def measure(name: str, model, features: np.ndarray, binary: Path, compiled: Path, runs: int) -> None:
    features = np.ascontiguousarray(features, dtype="float64")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        model.save_model(folder / "model.txt")
        features.tofile(folder / "rows")
        library = Path(lightgbm.__file__).parent / "lib" / "lib_lightgbm.so"
        print(f"== {name}", flush=True)
        subprocess.run([binary, library, folder / "model.txt", folder / "rows", str(runs)], check=True)
        if compiled.exists():
            subprocess.run([compiled, folder / "model.txt", folder / "rows", str(runs)], check=True)
        for peer, prepare in PEERS.items():
            try:
                predict, rows = prepare(model, features, folder)
            except ImportError as error:
                print(f"{peer}: left out, {error}")
                continue
            except Exception as error:
                print(f"{peer}: does not take this model: {type(error).__name__}: {str(error).splitlines()[0][:120]}")
                continue
            batch = best(runs, len(rows), lambda: predict(rows))
            few = [rows[place : place + 1] for place in range(300)]
            single = best(runs, len(few), lambda: [predict(row) for row in few])
            print(f"{peer:<19} batch {batch:9.1f} ns   single {single:9.1f} ns (from Python)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    models = {"random": random_model, "adult": adult_model, "ga4": ga4_model, "thousand": thousand_model}
    parser.add_argument("--only", default=",".join(models), help="models, comma separated")
    parser.add_argument("--model", type=Path, help="a further model, in LightGBM's text")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--trees", type=Path, default=target / "release/examples/trees", help="the example of gml-codegen")
    parser.add_argument("--compiled", type=Path, default=target / "release/examples/compiled", help="that of compiled models")
    parser.add_argument("--runs", type=int, default=5, help="of which the best counts")
    arguments = parser.parse_args()
    if not arguments.trees.exists():
        raise SystemExit(f"{arguments.trees} is not there: cargo build --release -p gml-codegen --example trees")
    made = {name: models[name] for name in arguments.only.split(",") if name in models}
    for name, make in made.items():
        if found := make():
            measure(name, *found, arguments.trees, arguments.compiled, arguments.runs)
    if arguments.model:
        measure(arguments.model.name, *given_model(arguments.model), arguments.trees, arguments.compiled, arguments.runs)


if __name__ == "__main__":
    main()

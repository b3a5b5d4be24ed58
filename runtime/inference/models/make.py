"""Makes the small models that the tests run, and what they must give: `python make.py` (numpy, onnx, pillow, tokenizers).

The weights are drawn at random. What the models must give is computed here with numpy, not with ONNX Runtime: texts are taken
apart by the package tokenizers, pictures are brought to size by Pillow.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

HERE = Path(__file__).parent
WORDS = """a the of in with and soft warm red blue green black white cotton wool silk top shirt dress coat hat jersey denim
 long short sleeve neck button pocket collar lace print stripe knit fit slim loose ##s ##ed ##ing ##er ##y""".split()
WIDTH = 8


def save(path, nodes, inputs, outputs, weights):
    graph = helper.make_graph(
        nodes, path.stem, inputs, outputs, [numpy_helper.from_array(value, name) for name, value in weights.items()]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="gml")
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def numbers(array):
    return [[float(f"{value:.7g}") for value in row] for row in np.asarray(array)]


def text_model():
    """Each token's embedding, with the mean of those that the mask keeps mixed in: a wrong mask changes every token."""
    folder = HERE / "text"
    folder.mkdir(exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + list("abcdefghijklmnopqrstuvwxyz.") + [f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"]
    vocabulary = list(dict.fromkeys(vocabulary + WORDS))
    ids = {word: place for place, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    tokenizer.save(str(folder / "tokenizer.json"))

    random = np.random.default_rng(1)
    weights = {
        "embeddings": random.normal(size=(len(vocabulary), WIDTH)).astype(np.float32),
        "own": random.normal(size=(WIDTH, WIDTH)).astype(np.float32) / 2,
        "others": random.normal(size=(WIDTH, WIDTH)).astype(np.float32) / 2,
    }
    batch = ["batch", "tokens"]
    nodes = [
        helper.make_node("Gather", ["embeddings", "input_ids"], ["each"]),
        helper.make_node("Cast", ["attention_mask"], ["kept"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["kept", "last"], ["kept_wide"]),
        helper.make_node("Mul", ["each", "kept_wide"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "second"], ["sum"], keepdims=1),
        helper.make_node("ReduceSum", ["kept_wide", "second"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
        helper.make_node("MatMul", ["each", "own"], ["by_own"]),
        helper.make_node("MatMul", ["mean", "others"], ["by_others"]),
        helper.make_node("Add", ["by_own", "by_others"], ["both"]),
        helper.make_node("Tanh", ["both"], ["last_hidden_state"]),
    ]
    save(
        folder / "model.onnx",
        nodes,
        [helper.make_tensor_value_info(name, TensorProto.INT64, batch) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, batch + [WIDTH])],
        weights | {"last": np.array([-1], np.int64), "second": np.array([1], np.int64)},
    )
    write(folder / "modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ])
    write(folder / "1_Pooling/config.json", {
        "word_embedding_dimension": WIDTH, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False,
    })
    write(folder / "sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": False})

    texts = ["A soft jersey top.", "", "Coat in wool with long sleeves", "żółty £ hat", "red dress " * 40]
    expected = {"texts": texts}
    for pooling in ("mean", "cls", "max"):
        rows = []
        for text in texts:
            tokens = tokenizer.encode(text).ids
            tokens = tokens[:15] + [ids["[SEP]"]] if len(tokens) > 16 else tokens
            each = weights["embeddings"][tokens].astype(np.float64)
            hidden = np.tanh(each @ weights["own"] + each.mean(axis=0) @ weights["others"])
            rows.append({"mean": hidden.mean(axis=0), "cls": hidden[0], "max": hidden.max(axis=0)}[pooling])
        expected[pooling] = numbers(rows)
        expected[f"{pooling}_normal"] = numbers([row / np.linalg.norm(row) for row in rows])
    write(folder / "expected.json", expected)


def convolve(picture, kernel, bias):
    """Valid convolution with stride 2 of a picture of channels x rows x columns."""
    size = (picture.shape[1] - 3) // 2 + 1
    out = np.zeros((kernel.shape[0], size, size))
    for row in range(size):
        for column in range(size):
            patch = picture[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            out[:, row, column] = (kernel * patch).sum(axis=(1, 2, 3)) + bias
    return out


def image_model():
    folder = HERE / "image"
    random = np.random.default_rng(2)
    kernel = random.normal(size=(4, 3, 3, 3)).astype(np.float32) / 3
    bias = random.normal(size=4).astype(np.float32)
    save(
        folder / "model.onnx",
        [
            helper.make_node("Conv", ["pixel_values", "kernel", "bias"], ["features"], strides=[2, 2]),
            helper.make_node("Relu", ["features"], ["lit"]),
            helper.make_node("GlobalAveragePool", ["lit"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["image_embeds"]),
        ],
        [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, 16, 16])],
        [helper.make_tensor_value_info("image_embeds", TensorProto.FLOAT, ["batch", 4])],
        {"kernel": kernel, "bias": bias},
    )
    mean, std = [0.5, 0.4, 0.3], [0.2, 0.25, 0.3]
    write(folder / "preprocessor_config.json", {
        "do_convert_rgb": True, "do_resize": True, "size": {"shortest_edge": 20}, "resample": 2,
        "do_center_crop": True, "crop_size": {"height": 16, "width": 16}, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": mean, "image_std": std,
    })
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    rows, columns = np.mgrid[0:60, 0:90]
    wave = lambda x, y: (127 + 120 * np.sin(rows / x + columns / y)).astype(np.uint8)
    colours = Image.fromarray(np.dstack([wave(7, 11), wave(5, 23), wave(13, 9)]))
    colours.save(pictures / "waves.png")
    colours.rotate(90, expand=True).save(pictures / "upright.jpg", quality=95)
    Image.fromarray(wave(6, 8)).save(pictures / "grey.png")
    see_through = Image.fromarray(np.dstack([wave(7, 11), wave(5, 23), wave(13, 9), wave(3, 50)]), "RGBA")
    see_through.resize((30, 30)).save(pictures / "see_through.webp", lossless=True)

    expected = {}
    for path in sorted(pictures.iterdir()):
        picture = Image.open(path).convert("RGB")
        scale = 20 / min(picture.size)
        width, height = (int(side * scale) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
        left, top = (width - 16) // 2, (height - 16) // 2
        pixels = np.asarray(picture.crop((left, top, left + 16, top + 16)), np.float64) / 255
        pixels = ((pixels - mean) / std).transpose(2, 0, 1)
        expected[path.name] = numbers([np.maximum(convolve(pixels, kernel, bias), 0).mean(axis=(1, 2))])[0]
    write(folder / "expected.json", expected)


text_model()
image_model()

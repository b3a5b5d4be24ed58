"""The autoencoder of pictures in PyTorch: what gml-neural is held against.

    picture_networks.py fixtures FOLDER        two steps from the same weights, as JSON for gml-neural's tests
    picture_networks.py step [--size N] [--batch N] [--threads N]      seconds of a step

Wants torch, which tests/peers/requirements.txt does not have: its results are committed, and measurements are made by hand.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def rectified(of):
    """A hundredth is left of what is below 0."""
    return functional.leaky_relu(of, 0.01)


class Autoencoder(nn.Module):
    """Rounds of 3 x 3 filters and pooling, a hidden layer, the vector, and the same way back with pixels that stand twice."""

    def __init__(self, size: int, dimension: int, depths: list[int], hidden: int):
        super().__init__()
        self.sizes = [size]
        for _ in depths:
            self.sizes.append(self.sizes[-1] // 2)
        all_depths = [3, *depths]
        pairs = list(zip(all_depths, all_depths[1:]))
        flat = depths[-1] * self.sizes[-1] ** 2
        self.depth = depths[-1]
        self.narrowing = nn.ModuleList(nn.Conv2d(given, made, 3, padding=1) for given, made in pairs)
        self.inner = nn.ModuleList(
            nn.Linear(given, made) for given, made in [(flat, hidden), (hidden, dimension), (dimension, hidden), (hidden, flat)]
        )
        self.widening = nn.ModuleList(nn.Conv2d(made, given, 3, padding=1) for given, made in reversed(pairs))

    def names(self):
        """Names in a GML model, and the weights as they are kept there."""
        named = []
        for side, layers in [("encoder", self.narrowing), ("decoder", self.widening)]:
            # A filter is kept as a column, its numbers line by line, pixel by pixel, and those of a pixel beside each other.
            filters = [(f"{side}.filters{place}", of, of.weight.permute(2, 3, 1, 0)) for place, of in enumerate(layers)]
            inner = ["encoder.hidden", "encoder.vector"] if side == "encoder" else ["decoder.hidden", "decoder.planes"]
            linear = list(zip(inner, self.inner[:2] if side == "encoder" else self.inner[2:]))
            linear = [(name, of, of.weight.T) for name, of in linear]
            named += filters + linear if side == "encoder" else linear + filters
        return [pair for name, of, weight in named for pair in [(f"{name}.weight", weight), (f"{name}.bias", of.bias)]]

    def encode(self, pictures):
        """Pictures are lines of pixels, their colours beside each other."""
        rows = pictures.permute(0, 3, 1, 2)
        for filters in self.narrowing:
            rows = functional.max_pool2d(rectified(filters(rows)), 2)
        return self.inner[1](rectified(self.inner[0](rows.permute(0, 2, 3, 1).flatten(1))))

    def forward(self, pictures):
        hidden = rectified(self.inner[2](self.encode(pictures)))
        side = self.sizes[-1]
        rows = rectified(self.inner[3](hidden)).view(len(hidden), side, side, self.depth).permute(0, 3, 1, 2)
        for place, (filters, side) in enumerate(zip(self.widening, reversed(self.sizes[:-1]))):
            rows = rows.repeat_interleave(2, 2).repeat_interleave(2, 3)
            rows = functional.pad(rows, (0, side - rows.shape[3], 0, side - rows.shape[2]), mode="replicate")
            rows = filters(rows)
            if place + 1 < len(self.widening):
                rows = rectified(rows)
        return torch.sigmoid(rows).permute(0, 2, 3, 1)


def step(model, optimizer, pictures):
    """A step of training; its loss."""
    loss = functional.mse_loss(model(pictures), pictures)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def fixtures(folder: Path):
    """Weights, vectors, two steps on small pictures, and the weights after each."""
    torch.manual_seed(5)
    size, dimension, depths, hidden = 10, 3, [2, 3], 5
    model = Autoencoder(size, dimension, depths, hidden)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_((weights * 2048).round() / 1024)
    bytes = np.random.default_rng(5).integers(0, 256, (4, size, size, 3), dtype=np.uint8)
    pictures = torch.from_numpy(bytes.astype(np.float32) / 255)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    noted = lambda: {name: weights.detach().flatten().tolist() for name, weights in model.names()}
    before, steps = noted(), []
    vectors, made = model.encode(pictures).flatten().tolist(), model(pictures).flatten().tolist()
    for _ in range(2):
        steps.append({"loss": step(model, optimizer, pictures), "weights": noted()})
    network = {"size": size, "dimension": dimension, "depths": depths, "hidden": hidden}
    of = {"network": network, "pictures": bytes.flatten().tolist(), "weights": before, "vectors": vectors, "made": made, "steps": steps}
    (folder / "autoencoder.json").write_text(json.dumps(of) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["fixtures", "step"])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.command == "fixtures":
        return fixtures(options.folder)
    torch.manual_seed(1)
    model = Autoencoder(options.size, 32, [16, 32, 64, 64], 128)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    pictures = torch.rand(options.batch, options.size, options.size, 3)
    taken = []
    for _ in range(6):
        start = time.perf_counter()
        step(model, optimizer, pictures)
        taken.append(time.perf_counter() - start)
    taken = sorted(taken[1:])
    print(f"a step of {options.batch} pictures {taken[len(taken) // 2]:.3f} s, fastest {taken[0]:.3f} s")
    return None


if __name__ == "__main__":
    main()

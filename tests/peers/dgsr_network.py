"""DGSR in PyTorch, as GML has it: what gml-neural's `dgsr` is held against.

    dgsr_network.py fixture FILE               two steps from the same weights, as JSON for gml-neural's tests
    dgsr_network.py step|epoch SESSIONS        milliseconds of a step, seconds of an epoch

A line of SESSIONS is a session, an item a number from 0, behind a colon the time of its click. Written from the description in
docs/sequence_models.md, with lists and dictionaries for the graph: a node is an item or a stretch of a session at a moment, and sees
what was clicked before that moment. Wants torch, as session_networks.py does.
"""

import argparse
import bisect
import json
import random
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

BESIDE = 4
SHARPEST = 30.0
NOTHING = 1e-20


class Clicks:
    """All clicks in the order of time; equal times in the order of sessions."""

    def __init__(self, sessions):
        self.items = [item for session in sessions for item, _ in session]
        times = [moment for session in sessions for _, moment in session]
        self.within, self.ends, end = [], [], 0
        for number, session in enumerate(sessions):
            self.within += [number] * len(session)
            self.ends.append((end, end + len(session)))
            end += len(session)
        self.ranks, self.of_item = [0] * len(times), {}
        for rank, click in enumerate(sorted(range(len(times)), key=times.__getitem__)):
            self.ranks[click] = rank
            self.of_item.setdefault(self.items[click], ([], []))[0].append(rank)
            self.of_item[self.items[click]][1].append(click)

    def parts(self, most):
        """Every click that something comes before: its place, and how many before it are looked at."""
        return [
            (last, min(last - start, most)) for start, end in self.ends for last in range(start + 1, end)
        ]

    def around(self, node, most):
        """What a node sees, the most recent first."""
        if node[0] == "session":
            _, start, end, before = node
            return [("item", self.items[click], before, self.within[click]) for click in range(end - 1, start - 1, -1)[:most]]
        _, item, before, without = node
        ranks, clicks = self.of_item.get(item, ([], []))
        seen = []
        for click in reversed(clicks[: bisect.bisect_left(ranks, before)]):
            if len(seen) == most:
                break
            if self.within[click] == without:
                continue
            start, end = self.ends[self.within[click]]
            to = click
            while to < min(click + BESIDE + 1, end) and self.ranks[to] < before:
                to += 1
            seen.append(("session", max(click - BESIDE, start), to, before))
        return seen

    def begins_as(self, node):
        if node[0] == "item":
            return [node[1]]
        return self.items[node[1] : node[2]] or [0]


class Dgsr(nn.Module):
    def __init__(self, items, width, hops, neighbours):
        super().__init__()
        self.hops, self.neighbours = hops, neighbours
        self.table = nn.Embedding(items, width)
        self.matrices = nn.ParameterDict()
        for layer in range(1, hops + 1):
            for kind in ["sequences", "items"][: 2 if layer < hops else 1]:
                shapes = {
                    "question": width, "keys": width, "order.keys": neighbours, "order.values": neighbours,
                    "recent": width, "update": 3 * width,
                }
                for name, rows in shapes.items():
                    self.matrices[self.key(f"layer{layer}.{kind}.{name}")] = nn.Parameter(torch.empty(rows, width))
        self.matrices[self.key("readout.weight")] = nn.Parameter(torch.empty((hops + 1) * width, width))
        for weights in self.parameters():
            nn.init.uniform_(weights, -(width**-0.5), width**-0.5)

    @staticmethod
    def key(name):
        """A name as torch allows it."""
        return name.replace(".", "/")

    def names(self):
        yield "items.table", self.table.weight
        for key, weights in self.matrices.items():
            yield key.replace("/", "."), weights

    def tree(self, clicks, parts):
        """Nodes level by level, and of each level which node each of the next is around, how many are more recent, and the
        place of the most recent one."""
        levels = [[("session", last - count, last, clicks.ranks[last]) for last, count in parts]]
        around = []
        for level in range(self.hops):
            nodes, of = [], ([], [], [], [])
            for place, node in enumerate(levels[-1]):
                first = len(nodes)
                for order, seen in enumerate(clicks.around(node, self.neighbours)):
                    nodes.append(seen)
                    for column, value in zip(of, (place, order, first, 1.0)):
                        column.append(value)
            if not nodes:
                nodes.append(("item", 0, 0, -1) if level % 2 == 0 else ("session", 0, 0, 0))
                of = ([0], [0], [0], [0.0])
            levels.append(nodes)
            around.append([torch.tensor(column) for column in of])
        begin = [clicks.begins_as(node) for nodes in levels for node in nodes]
        offsets = torch.tensor([0] + [len(items) for items in begin[:-1]]).cumsum(0)
        flat = torch.tensor([item for items in begin for item in items])
        return [len(nodes) for nodes in levels], around, flat, offsets

    def attended(self, left, right, values, nodes, there, count):
        scores = (left * right).sum(1) / left.shape[1] ** 0.5
        shares = scores.clamp(-SHARPEST, SHARPEST).exp() * there
        sums = torch.full((count,), NOTHING).index_add(0, nodes, shares)
        return torch.zeros(count, values.shape[1]).index_add(0, nodes, values * (shares / sums[nodes])[:, None])

    def update(self, prefix, own, others, around):
        nodes, orders, recent_ones, there = around
        of = lambda name: self.matrices[self.key(f"{prefix}.{name}")]
        keys, question = others @ of("keys"), (own @ of("question"))[nodes]
        long = self.attended(
            question, keys + of("order.keys")[orders], keys + of("order.values")[orders], nodes, there, len(own)
        )
        recent = others @ of("recent")
        short = self.attended(recent[recent_ones], recent, others, nodes, there, len(own))
        return torch.tanh(torch.cat([long, short, own], 1) @ of("update"))

    def forward(self, counts, around, flat, offsets):
        rows = functional.embedding_bag(flat, self.table.weight, offsets, mode="mean")
        states = list(rows.split(counts))
        roots = [states[0]]
        for layer in range(1, self.hops + 1):
            for level in range(self.hops - layer + 1):
                kind = "sequences" if level % 2 == 0 else "items"
                states[level] = self.update(f"layer{layer}.{kind}", states[level], states[level + 1], around[level])
            roots.append(states[0])
        return torch.cat(roots, 1) @ self.matrices[self.key("readout.weight")]


def step(model, optimizer, clicks, parts):
    vectors = model(*model.tree(clicks, parts))
    next = torch.tensor([clicks.items[last] for last, _ in parts])
    loss = functional.cross_entropy(vectors @ model.table.weight.T, next)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def fixture(path):
    """Sessions whose times lie between each other, weights, two steps, and the weights after each."""
    torch.manual_seed(9)
    plain = [[7, 3, 3, 5, 7, 3], [0, 1, 3], [2, 9, 4, 7], [9, 4, 2, 9], [11, 11], [6, 8, 10, 1, 5, 6, 2], [3, 7, 5]]
    sessions = [
        [(item, 10 * number + 7 * place % 60) for place, item in enumerate(session)]
        for number, session in enumerate(plain)
    ]
    # Within a session time does not go back.
    sessions = [
        [(item, max(moment for _, moment in session[: place + 1])) for place, (item, _) in enumerate(session)]
        for session in sessions
    ]
    model, clicks = Dgsr(12, 4, 3, 4), Clicks(sessions)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_((weights * 1024).round() / 1024)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
    noted = lambda: {name: weights.detach().flatten().tolist() for name, weights in model.names()}
    before, steps = noted(), []
    for _ in range(2):
        steps.append({"loss": step(model, optimizer, clicks, clicks.parts(4)), "weights": noted()})
    of = {
        "sessions": [[item for item, _ in session] for session in sessions],
        "times": [moment for session in sessions for _, moment in session],
        "weights": before,
        "steps": steps,
    }
    Path(path).write_text(json.dumps(of) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["fixture", "step", "epoch"])
    parser.add_argument("path")
    parser.add_argument("--items", type=int)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--width", type=int, default=50)
    parser.add_argument("--hops", type=int, default=2)
    parser.add_argument("--neighbours", type=int, default=50)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.command == "fixture":
        return fixture(options.path)
    random.seed(1)
    torch.manual_seed(1)
    pair = lambda click: tuple(map(int, click.split(":"))) if ":" in click else (int(click), 0)
    sessions = [[pair(click) for click in line.split()] for line in Path(options.path).read_text().splitlines()]
    clicks = Clicks(sessions)
    model = Dgsr(options.items or max(clicks.items) + 1, options.width, options.hops, options.neighbours)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, weight_decay=1e-5)
    parts = clicks.parts(options.neighbours)
    order = random.sample(parts, len(parts))
    batches = [order[start : start + options.batch] for start in range(0, len(order), options.batch)]
    taken = []
    for chosen in batches if options.command == "epoch" else batches[: options.steps + 3]:
        start = time.perf_counter()
        step(model, optimizer, clicks, chosen)
        taken.append(time.perf_counter() - start)
    if options.command == "epoch":
        print(f"an epoch {sum(taken):.1f} s")
    else:
        taken = sorted(taken[3:])
        print(f"a step {taken[len(taken) // 2] * 1000:.1f} ms; fastest {taken[0] * 1000:.1f}")
    return None


if __name__ == "__main__":
    main()

"""Networks of sessions in PyTorch, written from the papers: what gml-neural is held against.

    session_networks.py fixtures FOLDER        two steps from the same weights, as JSON for gml-neural's tests
    session_networks.py step SESSIONS          milliseconds of a step
    session_networks.py epoch SESSIONS         seconds of an epoch
    session_networks.py graphs SESSIONS        graphs of SR-GNN a second, made as its authors' code makes them
    session_networks.py train SESSIONS VALID TEST [--epochs N] [--stop-after N]

Sessions are files of text, a session a line, items as numbers from 0. Wants torch, which tests/peers/requirements.txt does
not have: its results are committed, and measurements are made by hand.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class SrGnn(nn.Module):
    """Wu et al. 2019: as in the paper and its code, with sessions padded to the longest of the batch."""

    def __init__(self, items: int, width: int, steps: int):
        super().__init__()
        self.steps = steps
        self.table = nn.Embedding(items, width)
        self.incoming, self.outgoing = nn.Linear(width, width), nn.Linear(width, width)
        self.incoming_sum, self.outgoing_sum = nn.Parameter(torch.empty(width)), nn.Parameter(torch.empty(width))
        self.cell = nn.GRUCell(2 * width, width)
        self.question, self.keys = nn.Linear(width, width), nn.Linear(width, width)
        self.attention = nn.Linear(width, 1, bias=False)
        self.readout = nn.Linear(2 * width, width)
        for weights in self.parameters():
            nn.init.uniform_(weights, -(width**-0.5), width**-0.5)

    def names(self):
        """Names in a GML model, the weights, and whether they are kept turned round there."""
        return [
            ("items.table", self.table.weight, False),
            ("incoming.weight", self.incoming.weight, True),
            ("incoming.bias", self.incoming.bias, False),
            ("incoming.sum", self.incoming_sum, False),
            ("outgoing.weight", self.outgoing.weight, True),
            ("outgoing.bias", self.outgoing.bias, False),
            ("outgoing.sum", self.outgoing_sum, False),
            ("gates.sums.weight", self.cell.weight_ih, True),
            ("gates.sums.bias", self.cell.bias_ih, False),
            ("gates.nodes.weight", self.cell.weight_hh, True),
            ("gates.nodes.bias", self.cell.bias_hh, False),
            ("question.weight", self.question.weight, True),
            ("question.bias", self.question.bias, False),
            ("keys.weight", self.keys.weight, True),
            ("keys.bias", self.keys.bias, False),
            ("attention.weight", self.attention.weight, True),
            ("readout.weight", self.readout.weight, True),
            ("readout.bias", self.readout.bias, False),
        ]

    @staticmethod
    def parts(session):
        """Every prefix and what comes next."""
        return [(session[:end], session[end : end + 1]) for end in range(1, len(session))]

    @staticmethod
    def batch(parts):
        """Nodes, shares of edges and clicks of sessions, padded."""
        longest = max(len(session) for session, _ in parts)
        graphs = [list(dict.fromkeys(session)) for session, _ in parts]
        most = max(len(nodes) for nodes in graphs)
        items = np.zeros((len(parts), most), dtype=np.int64)
        shares = np.zeros((2, len(parts), most, most), dtype=np.float32)
        clicks = np.zeros((len(parts), longest), dtype=np.int64)
        known = np.zeros((len(parts), longest), dtype=np.float32)
        for place, ((session, _), nodes) in enumerate(zip(parts, graphs)):
            node_of = {item: node for node, item in enumerate(nodes)}
            path = [node_of[item] for item in session]
            items[place, : len(nodes)] = nodes
            clicks[place, : len(path)] = path
            known[place, : len(path)] = 1
            edges = np.zeros((most, most), dtype=np.float32)
            edges[path[:-1], path[1:]] = 1
            for way, matrix in enumerate([edges.T, edges]):
                shares[way, place] = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
        return [torch.from_numpy(array) for array in (items, shares, clicks, known)]

    def forward(self, items, shares, clicks, known):
        nodes = self.table(items)
        rows, most, width = nodes.shape
        for _ in range(self.steps):
            incoming = shares[0] @ self.incoming(nodes) + self.incoming_sum
            outgoing = shares[1] @ self.outgoing(nodes) + self.outgoing_sum
            sums = torch.cat([incoming, outgoing], 2)
            nodes = self.cell(sums.view(rows * most, -1), nodes.reshape(rows * most, -1)).view(rows, most, width)
        states = nodes.gather(1, clicks[:, :, None].expand(-1, -1, width))
        last = states[torch.arange(rows), known.sum(1).long() - 1]
        attention = self.attention(torch.sigmoid(self.question(last)[:, None] + self.keys(states)))
        whole = (attention * states * known[:, :, None]).sum(1)
        return self.readout(torch.cat([whole, last], 1))


class Gru4Rec(nn.Module):
    """Hidasi et al. 2016, with a softmax over all items and the rows of items at both ends."""

    def __init__(self, items: int, width: int, layers: int):
        super().__init__()
        self.table = nn.Embedding(items, width)
        self.cells = nn.GRU(width, width, layers, batch_first=True)
        self.readout = nn.Linear(width, width)
        for weights in self.parameters():
            nn.init.uniform_(weights, -(width**-0.5), width**-0.5)

    def names(self):
        names = [("items.table", self.table.weight, False)]
        for layer in range(self.cells.num_layers):
            for name, ours in [("ih", "inputs"), ("hh", "states")]:
                names.append((f"layer{layer}.{ours}.weight", getattr(self.cells, f"weight_{name}_l{layer}"), True))
                names.append((f"layer{layer}.{ours}.bias", getattr(self.cells, f"bias_{name}_l{layer}"), False))
        return names + [("readout.weight", self.readout.weight, True), ("readout.bias", self.readout.bias, False)]

    @staticmethod
    def parts(session):
        """A session, and what comes after each of its items."""
        return [(session[:-1], session[1:])] if len(session) > 1 else []

    @staticmethod
    def batch(parts):
        """Sessions, padded, and which of their items there are."""
        longest = max(len(session) for session, _ in parts)
        items = np.zeros((len(parts), longest), dtype=np.int64)
        known = np.zeros((len(parts), longest), dtype=bool)
        for place, (session, _) in enumerate(parts):
            items[place, : len(session)] = session
            known[place, : len(session)] = True
        return [torch.from_numpy(array) for array in (items, known)]

    def forward(self, items, known):
        states, _ = self.cells(self.table(items))
        return self.readout(states[known])


class SasRec(nn.Module):
    """Kang and McAuley 2018, with a softmax over all items."""

    batch = staticmethod(Gru4Rec.batch)
    parts = staticmethod(Gru4Rec.parts)

    def __init__(self, items: int, width: int, layers: int, heads: int, length: int):
        super().__init__()
        self.heads = heads
        self.table, self.places = nn.Embedding(items, width), nn.Embedding(length, width)
        norms = lambda: nn.LayerNorm(width, eps=1e-5)
        linear = lambda: nn.Linear(width, width)
        names = ["queries", "keys", "values", "out", "inner", "outer"]
        self.layers = nn.ModuleList(
            nn.ModuleDict({"before_": norms(), "between_": norms(), **{f"{name}_": linear() for name in names}})
            for _ in range(layers)
        )
        self.last = norms()
        for weights in self.parameters():
            nn.init.normal_(weights, 0, 0.3)

    def names(self):
        names = [("items.table", self.table.weight, False), ("places.table", self.places.weight, False)]
        for number, layer in enumerate(self.layers):
            for name in ["before", "queries", "keys", "values", "out", "between", "inner", "outer"]:
                is_linear = isinstance(layer[f"{name}_"], nn.Linear)
                kind = "weight" if is_linear else "scale"
                names.append((f"layer{number}.{name}.{kind}", layer[f"{name}_"].weight, is_linear))
                names.append((f"layer{number}.{name}.bias", layer[f"{name}_"].bias, False))
        return names + [("last.scale", self.last.weight, False), ("last.bias", self.last.bias, False)]

    def forward(self, items, known):
        rows, longest = items.shape
        states = self.table(items) * self.table.embedding_dim**0.5 + self.places.weight[:longest]
        split = lambda of: of.view(rows, longest, self.heads, -1).transpose(1, 2)
        for layer in self.layers:
            asked = layer["before_"](states)
            attended = functional.scaled_dot_product_attention(
                split(layer["queries_"](asked)), split(layer["keys_"](states)), split(layer["values_"](states)),
                is_causal=True,
            )
            states = asked + layer["out_"](attended.transpose(1, 2).reshape(rows, longest, -1))
            states = layer["between_"](states)
            states = states + layer["outer_"](torch.relu(layer["inner_"](states)))
        return self.last(states)[known]


def step(model, optimizer, parts):
    """A step of training; its loss."""
    vectors = model(*model.batch(parts))
    loss = functional.cross_entropy(vectors @ model.table.weight.T, torch.tensor([n for _, next in parts for n in next]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def fixtures(folder: Path):
    """Weights, two steps on small sessions, and the weights after each."""
    torch.manual_seed(5)
    sessions = [[7, 3, 3, 5, 7, 3], [0, 1], [2, 9, 4], [9, 4, 2, 9], [11, 11], [6, 8, 10, 1, 5, 6, 2]]
    networks = {
        "sr_gnn": SrGnn(12, 4, 2),
        "gru4rec": Gru4Rec(12, 4, 2),
        "sasrec": SasRec(12, 4, 2, 2, 8),
    }
    for name, model in networks.items():
        with torch.no_grad():
            for weights in model.parameters():
                weights.copy_((weights * 1024).round() / 1024)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
        noted = lambda: {
            name: (weights.detach().T if turned else weights.detach()).flatten().tolist()
            for name, weights, turned in model.names()
        }
        parts = [part for session in sessions for part in model.parts(session)]
        before, steps = noted(), []
        scores = (model(*model.batch(parts)) @ model.table.weight.T).flatten().tolist()
        for _ in range(2):
            steps.append({"loss": step(model, optimizer, parts), "weights": noted()})
        of = {"sessions": sessions, "weights": before, "scores": scores, "steps": steps}
        (folder / f"{name}.json").write_text(json.dumps(of) + "\n")


def published_graphs(sessions):
    """What SR-GNN's own code makes of a batch of padded sessions, one after the other with numpy: the different items of each, padded,
    a matrix of the shares of both ways side by side, and the place of each click among the items."""
    longest = max(map(len, sessions))
    padded = np.array([session + [0] * (longest - len(session)) for session in sessions])
    most = max(len(np.unique(row)) for row in padded)
    nodes_of, shares_of, places_of = [], [], []
    for row in padded:
        nodes = np.unique(row)
        nodes_of.append(nodes.tolist() + (most - len(nodes)) * [0])
        edges = np.zeros((most, most))
        for before, after in zip(row[:-1], row[1:]):
            if after == 0:
                break
            edges[np.where(nodes == before)[0][0], np.where(nodes == after)[0][0]] = 1
        into, out = edges.sum(0), edges.sum(1)
        into[into == 0] = 1
        out[out == 0] = 1
        shares_of.append(np.concatenate([edges / into, edges.T / out]).T)
        places_of.append([np.where(nodes == item)[0][0] for item in row])
    return places_of, shares_of, nodes_of


def read(path):
    return [[int(item) for item in line.split()] for line in Path(path).read_text().splitlines()]


def judged(model, sessions):
    """HR@20 and MRR@20 in percent after every click."""
    parts = [part for session in sessions for part in model.parts(session)]
    hits = reciprocals = count = 0
    with torch.no_grad():
        for start in range(0, len(parts), 256):
            chosen = parts[start : start + 256]
            scores = model(*model.batch(chosen)) @ model.table.weight.T
            next = torch.tensor([item for _, next in chosen for item in next])
            ranks = (scores > scores.gather(1, next[:, None])).sum(1) + 1
            hits += (ranks <= 20).sum().item()
            reciprocals += torch.where(ranks <= 20, 1.0 / ranks, 0.0).sum().item()
            count += len(next)
    return 100 * hits / count, 100 * reciprocals / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["fixtures", "step", "epoch", "graphs", "train"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--network", choices=["sr_gnn", "gru4rec", "sasrec"], default="sr_gnn")
    parser.add_argument("--items", type=int)
    parser.add_argument("--length", type=int, default=50)
    parser.add_argument("--steps", type=int, default=35)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--stop-after", type=int, default=3)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--width", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.command == "fixtures":
        return fixtures(Path(options.paths[0]))
    random.seed(1)
    torch.manual_seed(1)
    train, *others = map(read, options.paths)
    items = options.items or 1 + max(max(session) for session in train)
    if options.network == "sasrec":
        # As many clicks as it has places.
        train = [session[-options.length - 1 :] for session in train]
    model = {
        "sr_gnn": lambda: SrGnn(items, options.width, 1),
        "gru4rec": lambda: Gru4Rec(items, options.width, 1),
        "sasrec": lambda: SasRec(items, options.width, 2, 1, options.length),
    }[options.network]()
    parts = [part for session in train for part in model.parts(session)]
    if options.command == "graphs":
        # 0 fills up there.
        prefixes = [[item + 1 for item in session] for session, _ in parts]
        start = time.perf_counter()
        for place in range(0, len(prefixes), options.batch):
            published_graphs(prefixes[place : place + options.batch])
        print(f"{len(prefixes)} graphs: {len(prefixes) / (time.perf_counter() - start):.0f} a second")
        return None
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, weight_decay=1e-5)
    print(f"{len(train)} sessions, {len(parts)} prefixes, {items} items, {options.threads} threads")
    if options.command == "step":
        chosen = [random.sample(parts, min(options.batch, len(parts))) for _ in range(options.steps + 5)]
        taken, batches = [], []
        for parts in chosen:
            start = time.perf_counter()
            model.batch(parts)
            batches.append(time.perf_counter() - start)
            start = time.perf_counter()
            step(model, optimizer, parts)
            taken.append(time.perf_counter() - start)
        taken, batches = sorted(taken[5:]), sorted(batches[5:])
        print(f"a step {taken[len(taken) // 2] * 1000:.1f} ms, of which its batch {batches[len(batches) // 2] * 1000:.1f}; fastest {taken[0] * 1000:.1f}")
        return None
    if options.command == "epoch":
        order, start = random.sample(parts, len(parts)), time.perf_counter()
        for place in range(0, len(order), options.batch):
            step(model, optimizer, order[place : place + options.batch])
        print(f"an epoch {time.perf_counter() - start:.2f} s")
        return None
    rates = torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.1)
    best, since = -1.0, 0
    for epoch in range(options.epochs):
        start, order, loss = time.perf_counter(), random.sample(parts, len(parts)), 0.0
        for place in range(0, len(order), options.batch):
            loss += step(model, optimizer, order[place : place + options.batch])
        rates.step()
        taken = time.perf_counter() - start
        said = [judged(model, sessions) for sessions in others]
        print(f"epoch {epoch + 1}: loss {loss / -(-len(order) // options.batch):.4f}, {taken:.0f} s, HR@20 and MRR@20 of the others {said}", flush=True)
        since = 0 if said[0][1] > best else since + 1
        best = max(best, said[0][1])
        if since >= options.stop_after:
            break


if __name__ == "__main__":
    main()

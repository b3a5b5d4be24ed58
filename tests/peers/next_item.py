"""What comes next in a session, by counting and by neighbours, in plain Python: the numbers that GML's recommenders are held to.

    python next_item.py blueprint FOLDER     events.parquet and products.parquet of blueprints/session_gnn
    python next_item.py diginetica FOLDER    train_clicks.parquet and test_cases.parquet

Prints one JSON object: for each recommender its metrics. Written from the definitions, without GML's code: sessions are rows of one
name sorted by time, items are ranked by score, and equal scores by how often the item was clicked on, then by what came first.
"""

import collections
import json
import math
import sys
from pathlib import Path

import polars as pl

DAY = 86_400_000_000


class Train:
    """What is counted in the sessions to learn from."""

    def __init__(self, sessions: list[list]) -> None:
        clicks = [item for session in sessions for item in session]
        counts, first = collections.Counter(clicks), {}
        for place, item in enumerate(clicks):
            first.setdefault(item, place)
        self.by_frequency = sorted(counts, key=lambda item: (-counts[item], first[item]))
        self.place = {item: place for place, item in enumerate(self.by_frequency)}
        self.sets = [set(session) for session in sessions]
        self.within = collections.defaultdict(list)
        for number, items in enumerate(self.sets):
            for item in items:
                self.within[item].append(number)

    def neighbours(self, most: int) -> dict:
        """Of each item the most similar others, by the cosine of the sessions that they are in."""
        near = {}
        for item, sessions in self.within.items():
            both = collections.Counter(other for number in sessions for other in self.sets[number])
            del both[item]
            similar = [
                (math.sqrt(count**2 / (len(sessions) * len(self.within[other]))), -self.place[other], other)
                for other, count in both.items()
            ]
            near[item] = [(other, cosine) for cosine, _, other in sorted(similar, reverse=True)[:most]]
        return near

    def ranked(self, scores: dict, most: int) -> list:
        best = sorted(scores, key=lambda item: (-scores[item], self.place[item]))[:most]
        for item in self.by_frequency:
            if len(best) >= most:
                break
            if item not in scores:
                best.append(item)
        return best


def judge(train: Train, cases: list[tuple[list, object]], score) -> dict:
    """Every case is a prefix and what came behind it."""
    hits = ranks = gains = 0.0
    for prefix, target in cases:
        known = [item for item in prefix if item in train.place]
        best = train.ranked(score(known), 20)
        if target in best:
            place = best.index(target) + 1
            hits += 1
            ranks += 1 / place
            gains += 1 / math.log2(place + 1) if place <= 10 else 0
    return {"hit_rate(20)": hits / len(cases), "mrr(20)": ranks / len(cases), "ndcg(10)": gains / len(cases)}


def rivals(train: Train, cases: list[tuple[list, object]]) -> dict:
    near = train.neighbours(100)

    def item_knn(decay: float):
        def score(prefix: list) -> dict:
            scores, weight = collections.defaultdict(float), 1.0
            for item in reversed(prefix):
                if weight == 0:
                    break
                for other, cosine in near[item]:
                    scores[other] += weight * cosine
                weight *= decay
            return scores

        return score

    return {
        "popularity": judge(train, cases, lambda prefix: {}),
        "session_popularity": judge(train, cases, collections.Counter),
        "item_knn_last": judge(train, cases, item_knn(0.0)),
        "item_knn": judge(train, cases, item_knn(0.5)),
    }


def diginetica(folder: Path) -> dict:
    sessions = collections.defaultdict(list)
    for session, item in pl.read_parquet(folder / "train_clicks.parquet").select("session_id", "item_id").iter_rows():
        sessions[session].append(item)
    cases = pl.read_parquet(folder / "test_cases.parquet").select("prefix", "target").rows()
    return rivals(Train(list(sessions.values())), cases)


def blueprint(folder: Path) -> dict:
    """Sessions of looks at products, as main.gml makes them: support 5, repeats collapsed, two looks at least, three days to judge
    by and the three days before left out."""
    products = set(pl.read_parquet(folder / "products.parquet")["item_name"])
    events = pl.read_parquet(folder / "events.parquet").filter(pl.col("event_name") == "page_view")
    clicks = []
    for moment, user, params in events.select("event_timestamp", "user_pseudo_id", "event_params").iter_rows():
        params = {param["key"]: param["value"] for param in params}
        title = params["page_title"]["string_value"]
        if title in products:
            clicks.append((f"{user}-{params['ga_session_id']['int_value']}", title, moment))
    support = collections.Counter(item for _, item, _ in clicks)
    rows = collections.defaultdict(list)
    for session, item, moment in clicks:
        kept = rows[session]
        if support[item] >= 5:
            kept.append((moment, item))
    sessions = []
    for kept in rows.values():
        kept.sort(key=lambda click: click[0])
        kept = [click for place, click in enumerate(kept) if place == 0 or kept[place - 1][1] != click[1]]
        if len(kept) >= 2:
            sessions.append(kept)
    end = max(session[-1][0] for session in sessions)
    items = lambda session: [item for _, item in session]
    train = [items(session) for session in sessions if session[-1][0] <= end - 6 * DAY]
    test = [items(session) for session in sessions if session[-1][0] > end - 3 * DAY]
    found = rivals(Train(train), [(session[:-1], session[-1]) for session in test])
    return found | {"sessions": {"all": len(sessions), "train": len(train), "test": len(test)}}


def main() -> None:
    task, folder = sys.argv[1:]
    found = {"blueprint": blueprint, "diginetica": diginetica}[task](Path(folder))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

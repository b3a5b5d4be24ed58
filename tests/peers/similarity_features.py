"""How alike a candidate is to what its customer bought last, with pandas: as recommenders in Python have it.

    similarity_features.py FOLDER [CANDIDATES]

FOLDER holds found.parquet, transactions.parquet, articles.parquet and vectors.parquet as `tests/bench/similarity.py` writes them. For each candidate: the
mean Jaccard similarity of the set of the article's attributes to those of the last five articles that the customer bought (0 without any), and the cosine of the
article's vector to the mean of the vectors of those articles (0 where one of them is missing). In two ways:

`frames`: a function that is applied to each row looks up what it needs in frames by their index, and what a customer likes is found by a search for the
articles of each customer in the frame of all vectors. So the blueprint's original has it. It is done for so many of the candidates (20,000) and a
fortieth as many customers, taken at random, and its time told as if it were done for all.

`dictionaries`: the function finds sets and vectors in dictionaries and columns that were joined before. It is done for all candidates.

Writes FOLDER/peer.parquet and prints the seconds that this took without reading and writing, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

LAST = 5


def bought_last(transactions):
    """The different articles among those that each customer bought last, as a list."""
    ordered = transactions.sort_values("t_dat", kind="stable")
    last = ordered.groupby("customer_id", sort=False).tail(LAST)
    return last.drop_duplicates(["customer_id", "article_id"]).groupby("customer_id").article_id.agg(list)


def sets_of(articles):
    """The attributes of each article as a set. Values of different columns differ."""
    columns = [name for name in articles.columns if name.startswith("attribute_")]
    values = {name: f"{name}=" + articles[name].astype(str) for name in columns}
    return pd.DataFrame(values).apply(lambda row: set(row), axis=1).set_axis(articles.article_id)


def mean_of_shares(attributes, others):
    shares = [len(attributes & own) / len(attributes | own) for own in others]
    return sum(shares) / len(shares)


def cosine(one, other):
    return np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other))


class Dictionaries:
    def __init__(self, found, transactions, articles, vectors):
        self.found, self.articles, self.vectors = found, articles, vectors
        self.bought = bought_last(transactions)

    def jaccard(self):
        sets = sets_of(self.articles).to_dict()
        rows = self.found.merge(self.bought.rename("bought"), on="customer_id", how="left")

        def of_row(row):
            if not isinstance(row.bought, list):
                return 0.0
            return mean_of_shares(sets[row.article_id], [sets[article] for article in row.bought])

        return rows.apply(of_row, axis=1)

    def cosine(self):
        known = dict(zip(self.vectors.article_id, self.vectors.vector))
        tastes = {}
        for customer, articles in self.bought.items():
            liked = [known[article] for article in articles if article in known]
            if liked:
                tastes[customer] = np.mean(liked, axis=0)

        def of_row(row):
            taste, vector = tastes.get(row.customer_id), known.get(row.article_id)
            return 0.0 if taste is None or vector is None else cosine(taste, vector)

        return self.found.apply(of_row, axis=1)


class Frames:
    def __init__(self, found, transactions, articles, vectors, count):
        self.all, self.found = len(found), found.sample(min(count, len(found)), random_state=1)
        self.articles = articles
        self.vectors = pd.DataFrame(np.stack(vectors.vector), index=vectors.article_id)
        self.bought = bought_last(transactions).to_frame("articles")

    def jaccard(self):
        """Values of the candidates taken, and the seconds for all."""
        started = time.perf_counter()
        sets = sets_of(self.articles).to_frame("attributes")
        prepared = time.perf_counter() - started

        def of_row(row):
            attributes = sets.loc[row.article_id]["attributes"]
            try:
                bought = self.bought.loc[row.customer_id].iloc[0]
            except KeyError:
                return 0.0
            return mean_of_shares(attributes, [sets.loc[article]["attributes"] for article in bought])

        started = time.perf_counter()
        values = self.found.apply(of_row, axis=1)
        return values, prepared + (time.perf_counter() - started) * self.all / len(self.found)

    def cosine(self):
        """Values of those of the candidates taken whose customers were taken too, and the seconds for all."""
        customers = self.bought.sample(max(1, min(len(self.found) // 40, len(self.bought))), random_state=1)
        started = time.perf_counter()
        tastes = customers.articles.map(lambda bought: list(self.vectors[self.vectors.index.isin(bought)].mean(axis=0)))
        prepared = (time.perf_counter() - started) * len(self.bought) / len(customers)
        # Those who were not taken get the same vectors, so that every row is as dear as it would be.
        tastes = tastes.reindex(self.bought.index).ffill().bfill().to_frame("vector")

        def of_row(row):
            try:
                taste = np.array(tastes.loc[row.customer_id].vector)
                vector = self.vectors.loc[row.article_id].values
            except KeyError:
                return 0.0
            return cosine(taste, vector)

        started = time.perf_counter()
        values = self.found.apply(of_row, axis=1)
        taken = prepared + (time.perf_counter() - started) * self.all / len(self.found)
        return values[self.found.customer_id.isin(customers.index)], taken


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    read = lambda name: pd.read_parquet(folder / f"{name}.parquet")
    found, transactions, articles, vectors = map(read, ["found", "transactions", "articles", "vectors"])
    vectors["vector"] = [np.asarray(values, dtype=float) for values in vectors["vector"]]

    told = {}
    dictionaries = Dictionaries(found, transactions, articles, vectors)
    frames = Frames(found, transactions, articles, vectors, count)
    for name, column in [("jaccard", "alike"), ("cosine", "to_taste")]:
        started = time.perf_counter()
        values = getattr(dictionaries, name)()
        by_dictionaries = time.perf_counter() - started
        some, by_frames = getattr(frames, name)()
        # A mean of no vectors is no number in the one way and nothing in the other.
        assert np.allclose(some.fillna(0.0), values[some.index], rtol=0, atol=1e-12), f"{name} of the two ways differs"
        told[name] = {"dictionaries": by_dictionaries, "frames": by_frames}
        found[column] = values

    found.to_parquet(folder / "peer.parquet")
    print(json.dumps(told))


if __name__ == "__main__":
    main()

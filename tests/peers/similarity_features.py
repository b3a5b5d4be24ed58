"""How alike a candidate is to what its customer bought last, row by row with pandas, as recommenders in Python often have it.

    similarity_features.py FOLDER

FOLDER holds found.parquet, transactions.parquet, articles.parquet, vectors.parquet and tastes.parquet as `tests/bench/similarity.py` writes
them. For each candidate, in a function that is applied to each row: the mean Jaccard similarity of the set of the article's attributes to
those of the last five articles that the customer bought (0 without any), and the cosine of the article's vector to the customer's (0 where
one of them is missing). Writes FOLDER/peer.parquet and prints the seconds that this took without reading and writing, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

LAST = 5


def bought_last(transactions):
    """The articles that each customer bought last, as a list."""
    ordered = transactions.sort_values("t_dat", kind="stable")
    return ordered.groupby("customer_id", sort=False).tail(LAST).groupby("customer_id").article_id.agg(list)


def sets_of(articles):
    """The attributes of each article as a set. Values of different columns differ."""
    columns = [name for name in articles.columns if name.startswith("attribute_")]
    values = {name: f"{name}=" + articles[name].astype(str) for name in columns}
    return pd.DataFrame(values).apply(lambda row: set(row), axis=1).set_axis(articles.article_id)


def mean_jaccard(bought, attributes, sets):
    if not isinstance(bought, list):
        return 0.0
    shares = []
    for article in bought:
        own = sets[article]
        shares.append(len(attributes & own) / len(attributes | own))
    return sum(shares) / len(shares)


def cosine(one, other):
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return 0.0
    return np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other))


def main():
    folder = Path(sys.argv[1])
    read = lambda name: pd.read_parquet(folder / f"{name}.parquet")
    found, transactions, articles, vectors, tastes = map(
        read, ["found", "transactions", "articles", "vectors", "tastes"]
    )
    tables = [(vectors, "vector"), (tastes, "taste")]
    for table, column in tables:
        table[column] = [np.asarray(values, dtype=float) for values in table[column]]

    started = time.perf_counter()
    sets = sets_of(articles).to_dict()
    rows = found.merge(bought_last(transactions).rename("bought"), on="customer_id", how="left")
    found["alike"] = rows.apply(lambda row: mean_jaccard(row.bought, sets[row.article_id], sets), axis=1)
    jaccard = time.perf_counter() - started

    started = time.perf_counter()
    rows = found.merge(vectors, on="article_id", how="left").merge(tastes, on="customer_id", how="left")
    found["to_taste"] = rows.apply(lambda row: cosine(row.vector, row.taste), axis=1)
    by_vectors = time.perf_counter() - started

    found.to_parquet(folder / "peer.parquet")
    print(json.dumps({"jaccard": jaccard, "cosine": by_vectors}))


if __name__ == "__main__":
    main()

"""The strategies and the baseline of the blueprint `retail_ranking`, with pandas.

    retail_candidates.py FOLDER VECTORS

FOLDER holds transactions.parquet, customers.parquet and articles.parquet, VECTORS is the file with the vectors of articles that the
blueprint learned: their neighbours are looked for here again, among all of them. Prints the recall of each strategy on the second last
stretch of 31 days, how many candidates a customer has, and how "bought last, then sold best" does on the last one.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

K = 12
PAIR = ["customer_id", "article_id"]


def popular(rows, top, item="article_id"):
    """The most frequent, equal ones as they first appear."""
    counts = rows.groupby(item, sort=False).size()
    return list(counts.sort_values(ascending=False, kind="stable").index[:top])


def last(rows, days):
    return rows[rows.t_dat > rows.t_dat.max() - pd.Timedelta(days=days)]


def bought_before(rows):
    """A list for each customer, the latest first; of the same day the later row."""
    numbered = rows.assign(row=range(len(rows)))
    pairs = numbered.sort_values(["t_dat", "row"], ascending=False).drop_duplicates(PAIR)
    return pairs.groupby("customer_id", sort=False).article_id.agg(list).to_dict()


def of_kind(history, kinds):
    sold = history.assign(kind=history.article_id.map(kinds))
    best = {kind: popular(rows, 8) for kind, rows in last(sold, 31).groupby("kind", sort=False)}
    found = {}
    for customer, rows in sold.groupby("customer_id", sort=False):
        found[customer] = [article for kind in popular(rows, 5, "kind") for article in best.get(kind, [])]
    return found


def same_product(history, articles):
    names = articles.set_index("article_id").prod_name
    of_name = articles.groupby("prod_name", sort=False).article_id.agg(list).to_dict()
    found = {}
    ordered = history.sort_values("t_dat", kind="stable")
    for customer, rows in ordered.groupby("customer_id", sort=False):
        own = set(rows.article_id.tail(20))
        had = {}
        for article in own:
            had.setdefault(names[article], set()).add(article)
        found[customer] = [a for name, mine in had.items() for a in of_name[name] if len(mine) > 1 or a not in mine]
    return found


def nearest(history, vectors, k=4, latest=5):
    """What lies nearest to each of what a customer bought last, by the cosine, among what was ever bought."""
    vectors = vectors[vectors.iloc[:, 1].notna() & vectors.article_id.isin(set(history.article_id))]
    points = np.stack(vectors.iloc[:, 1].to_numpy()).astype(float)
    # A vector of zeros is like nothing.
    lengths = np.linalg.norm(points, axis=1)
    items = vectors.article_id[lengths > 0].tolist()
    points = points[lengths > 0] / lengths[lengths > 0, None]
    place_of = {item: place for place, item in enumerate(items)}
    ordered = history.sort_values("t_dat", kind="stable")
    found, known = {}, {}
    for customer, rows in ordered.groupby("customer_id", sort=False):
        for item in rows.article_id.tail(latest):
            place = place_of.get(item)
            if place is None:
                continue
            if place not in known:
                alike = points @ points[place]
                alike[place] = -np.inf
                known[place] = [items[other] for other in np.argsort(-alike, kind="stable")[:k]]
            found.setdefault(customer, []).extend(known[place])
    return found


def recall(found, truth, first=None):
    shares = [len(wanted & set(found.get(customer, [])[:first])) / len(wanted) for customer, wanted in truth.items()]
    return sum(shares) / len(shares)


def truth_of(rows):
    return rows.groupby("customer_id", sort=False).article_id.agg(set).to_dict()


def distinct(items):
    return list(dict.fromkeys(items))


def main(folder, vectors):
    transactions, customers, articles = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("transactions", "customers", "articles")
    )
    transactions["t_dat"] = pd.to_datetime(transactions.t_dat)
    end = transactions.t_dat.max()
    test = transactions[transactions.t_dat > end - pd.Timedelta(days=31)]
    before = transactions[transactions.t_dat <= end - pd.Timedelta(days=31)]
    valid = before[before.t_dat > end - pd.Timedelta(days=62)]
    train = before[before.t_dat <= end - pd.Timedelta(days=62)]

    best = distinct(popular(last(train, 7), 24) + popular(last(train, 31), 36))
    strategies = {
        "again": bought_before(train),
        "bestseller": {customer: best for customer in customers.customer_id},
        "by_age": {},
        "of_kind": of_kind(train, articles.set_index("article_id").product_type_name),
        "same_product": same_product(train, articles),
        "like_words": nearest(train, vectors[["article_id", "words"]]),
        "like_looks": nearest(train, vectors[["article_id", "looks"]]),
    }
    strategies = {name: {user: distinct(items) for user, items in found.items()} for name, found in strategies.items()}
    users = distinct(user for found in strategies.values() for user in found if found[user])
    union = {user: distinct(item for found in strategies.values() for item in found.get(user, [])) for user in users}
    truth = truth_of(valid)
    # Of those who bought then: nobody else's candidates are judged.
    judged = [user for user in users if user in truth]
    told = {}
    for end_of_name, found in [("", union)] + [(f"[{name}]", found) for name, found in strategies.items()]:
        told[f"recall{end_of_name}"] = recall(found, truth)
        told[f"candidates{end_of_name}"] = sum(len(found.get(user, [])) for user in judged) / len(judged)
        # The order within `same_product` is that of a set here, and of the rows of a day it is another one in the others.
        if not any(name in end_of_name for name in ("same_product", "like_")):
            told[f"recall(12){end_of_name}"] = recall(found, truth, K)

    known = set(before.customer_id)
    truth = truth_of(test[test.customer_id.isin(known)])
    again, best = bought_before(before), popular(before, K)
    offered = {user: distinct(again.get(user, []) + best)[:K] for user in truth}
    precisions, hits = [], []
    for user, wanted in truth.items():
        found, total = 0, 0.0
        for place, item in enumerate(offered[user], 1):
            if item in wanted:
                found += 1
                total += found / place
        precisions.append(total / min(K, len(wanted)))
        hits.append(found > 0)
    shown = {item for items in offered.values() for item in items}
    items = shown | {item for wanted in truth.values() for item in wanted}
    had = {}
    for wanted in truth.values():
        for item in wanted:
            had[item] = had.get(item, 0) + 1
    surprises = [-math.log2(max(had.get(item, 0), 1) / len(truth)) for items in offered.values() for item in items]
    baseline = {
        "map(12)": sum(precisions) / len(precisions),
        "hit_rate(12)": sum(hits) / len(hits),
        "coverage(12)": len(shown) / len(items),
        "novelty(12)": sum(surprises) / len(surprises),
    }
    print(json.dumps({"found": told, "baseline": baseline}))


main(Path(sys.argv[1]), pd.read_parquet(sys.argv[2]))

"""Preparation by scikit-learn and category_encoders on small columns.

    python preparation.py

What is printed as JSON, columns and what becomes of them, stands beside the unit tests of the steps
(`prep/reference.json`). category_encoders (2.11.2) is not among the requirements: no test runs this program.
"""

import json

import category_encoders
import numpy as np
import pandas as pd
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import KBinsDiscretizer, TargetEncoder

ROWS = 240
CITIES = ["Zürich", "Oslo", "São Paulo", "Lima", "", "Rome", "New York", "Kyōto", "Wien", "Bath", "Split"]
TEXTS = [
    "Hello, hello world!",
    "The world is the world; 42 is 42.",
    "Ünïcode WÖRLD and hello",
    "",
    "one_two three-four: 42",
    "the quick brown fox",
    "the lazy dog and the QUICK fox",
    "nothing that comes again",
]
NEW_TEXTS = ["hello the world", "unseen words only", "fox fox fox 42 and", ""]


def main() -> None:
    draw = np.random.default_rng(7)
    city = draw.choice(CITIES, ROWS, p=np.arange(1, 12) / 66)
    amount = np.round(draw.gamma(0.7, 30.0, ROWS), 1)
    amount[draw.random(ROWS) < 0.35] = 0.0
    bought = draw.random(ROWS) < 0.2 + 0.05 * np.array([CITIES.index(one) for one in city])
    spent = amount + draw.normal(0, 5, ROWS) + 3.0 * bought
    report = {"city": city.tolist(), "amount": amount.tolist(), "bought": bought.tolist(), "spent": spent.tolist()}
    column = city.reshape(-1, 1)
    for name, target, kind in [("bought", bought.astype(int), "binary"), ("spent", spent, "continuous")]:
        for smooth in [0.0, 20.0]:
            encoder = TargetEncoder(smooth=smooth, target_type=kind, random_state=0).fit(column, target)
            by_city = dict(zip(encoder.categories_[0].tolist(), encoder.encodings_[0].tolist(), strict=True))
            report[f"target_encode_{name}_{smooth:g}"] = {"values": by_city, "other": float(encoder.target_mean_)}
    hasher = FeatureHasher(n_features=16, input_type="string", alternate_sign=False)
    hashed = hasher.transform([[one] for one in CITIES]).toarray()
    report["hash_16"] = dict(zip(CITIES, hashed.argmax(axis=1).tolist(), strict=True))
    digits = category_encoders.BinaryEncoder(cols=["city"]).fit_transform(pd.DataFrame({"city": city}))
    report["binary"] = digits.to_numpy().tolist()
    for bins in [4, 10]:
        binner = KBinsDiscretizer(bins, encode="ordinal", strategy="quantile", quantile_method="linear", subsample=None)
        report[f"quantile_bin_{bins}"] = binner.fit_transform(amount.reshape(-1, 1)).ravel().astype(int).tolist()
    report["bucketize"] = np.digitize(amount, [0.0, 0.1, 5.5, 30.0]).tolist()
    report["clip"] = np.clip(amount, *np.quantile(amount, [0.05, 0.9])).tolist()
    report["log"] = (np.sign(spent) * np.log1p(np.abs(spent))).tolist()
    for words in [1000, 4]:
        vectorizer = TfidfVectorizer(token_pattern=r"(?u)[^\W_]+", min_df=2, max_features=words).fit(TEXTS)
        report[f"text_counts_{words}"] = {
            "texts": TEXTS,
            "new_texts": NEW_TEXTS,
            "words": vectorizer.get_feature_names_out().tolist(),
            "values": vectorizer.transform(TEXTS + NEW_TEXTS).toarray().tolist(),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()

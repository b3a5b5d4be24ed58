"""Steps of recipes and linear models by scikit-learn on real tables, held against what GML wrote of the same rows.

    python prepared_tables.py SHARED OUT

SHARED holds `adult_income`, `online_retail` and `text_sms_spam`, OUT what `tests/run/programs/prepared.gml` wrote. Prints the largest
difference of each step and model.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from table_files import read_table

SCALED = ["age", "fnlwgt"]
BINNED = ["age", "hours_per_week", "fnlwgt"]
IMPUTED = ["workclass", "occupation"]
NUMBERS = ["age", "fnlwgt", "education_num", "capital_gain", "capital_loss"]


def apart(ours, theirs) -> float:
    """The largest difference; infinity where there are different values that are no numbers, or another number of them."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        return np.inf
    if ours.dtype == object or theirs.dtype == object:
        return 0.0 if (ours == theirs).all() else np.inf
    return float(np.abs(ours.astype(float) - theirs.astype(float)).max())


def in_order(known: pd.Series, asked: pd.Series, other: int) -> np.ndarray:
    """Places from 1 in order of first appearance."""
    places = {value: place + 1 for place, value in enumerate(known.unique())}
    return asked.map(lambda value: places.get(value, other)).to_numpy(int)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    # KBinsDiscretizer tells of bins that coincide.
    warnings.simplefilter("ignore", UserWarning)
    people, others = (read_table(given.shared / f"adult_income/adult_{part}.parquet") for part in ["train", "test"])
    texts = ["workclass", "education", "occupation", "relationship", "native_country", "income"]
    people[texts], others[texts] = people[texts].astype(object), others[texts].astype(object)
    found = {}

    def ours(name: str) -> pd.DataFrame:
        return read_table(given.out / f"{name}.parquet")

    for column in ["education", "relationship"]:
        encoder = OneHotEncoder(sparse_output=False).fit(people[[column]])
        names = [f"{column}_{value}" for value in encoder.categories_[0]]
        found[f"one_hot {column}"] = apart(ours("one_hot")[names], encoder.transform(others[[column]]))
    for column in ["education", "native_country"]:
        found[f"ordinal {column}"] = apart(ours("ordinal")[column], in_order(people[column], others[column], -1))
    for name, scaler in [("standard", StandardScaler()), ("minmax", MinMaxScaler()), ("robust", RobustScaler())]:
        found[name] = apart(ours(name)[SCALED], scaler.fit(people[SCALED]).transform(others[SCALED]))
    imputer = SimpleImputer(strategy="most_frequent").fit(people[IMPUTED])
    found["impute"] = apart(ours("impute")[IMPUTED].astype(object), imputer.transform(others[IMPUTED]))
    for column in ["education", "occupation"]:
        encoder = TargetEncoder(smooth=20.0, target_type="binary").fit(people[[column]], people["income"] == ">50K")
        found[f"target_encode {column}"] = apart(ours("target_encode")[[column]], encoder.transform(others[[column]]))
    # As category_encoders' BinaryEncoder has it.
    made = ours("binary").filter(regex=r"^native_country_\d+$")
    places, digits = in_order(people["native_country"], others["native_country"], 0), made.shape[1]
    found["binary"] = apart(made, (places[:, None] >> np.arange(digits)[::-1]) & 1)
    hasher = FeatureHasher(n_features=32, input_type="string", alternate_sign=False)
    hashed = hasher.transform([[value] for value in others["occupation"]]).toarray()
    found["hash"] = apart(ours("hash")[[f"occupation_{bucket}" for bucket in range(32)]], hashed)
    found["bucketize"] = apart(ours("bucketize")["age"], np.digitize(others["age"], [18.0, 30.0, 50.0]))
    binner = KBinsDiscretizer(7, encode="ordinal", strategy="quantile", quantile_method="linear", subsample=None)
    found["quantile_bin"] = apart(ours("quantile_bin")[BINNED], binner.fit(people[BINNED]).transform(others[BINNED]))
    found["log"] = apart(ours("log")["capital_gain"], np.log1p(others["capital_gain"]))
    for column in ["fnlwgt", "age"]:
        low, high = np.quantile(people[column], [0.05, 0.95])
        found[f"clip {column}"] = apart(ours("clip")[column], others[column].clip(low, high))
    dates, at = ours("date_parts"), read_table(given.shared / "online_retail/online_retail.parquet")["InvoiceDate"].dt
    for part, theirs in [("year", at.year), ("month", at.month), ("day", at.day), ("weekday", at.day_of_week + 1)]:
        found[f"date_parts {part}"] = apart(dates[f"at_{part}"], theirs)
    # Of equally frequent words, which ones are left out is scikit-learn's own choice: it is told the words.
    words = [name.removeprefix("text_") for name in ours("text_counts").columns if name.startswith("text_")]
    messages = read_table(given.shared / "text_sms_spam/sms_spam.parquet")["text"]
    pattern = r"(?u)[^\W_]+"
    counts = TfidfVectorizer(token_pattern=pattern, min_df=3, use_idf=False, norm=None).fit(messages)
    times = np.asarray(counts.transform(messages).sum(axis=0)).ravel()
    frequent = dict(zip(counts.get_feature_names_out(), times, strict=True))
    found["text_counts words"] = apart(sorted(frequent[word] for word in words), np.sort(times)[-500:])
    weights = TfidfVectorizer(token_pattern=pattern, vocabulary=words).fit(messages).transform(messages).toarray()
    found["text_counts"] = apart(ours("text_counts")[[f"text_{word}" for word in words]], weights)

    with_hours = [*NUMBERS, "hours_per_week"]
    scaler = StandardScaler().fit(people[with_hours])
    logistic = LogisticRegression(C=2.0, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    logistic.fit(scaler.transform(people[with_hours]), people["income"] == ">50K")
    said = logistic.predict_proba(scaler.transform(others[with_hours]))[:, 1]
    found["logistic"] = apart(ours("logistic")["score"], said)
    scaler = StandardScaler().fit(people[NUMBERS])
    for name, model in [
        ("ridge", Ridge(alpha=10.0)),
        ("elastic_net", ElasticNet(alpha=0.5, l1_ratio=0.5, tol=1e-12, max_iter=100_000)),
        ("lasso", Lasso(alpha=0.3, tol=1e-12, max_iter=100_000)),
    ]:
        model.fit(scaler.transform(people[NUMBERS]), people["hours_per_week"])
        found[name] = apart(ours(name)["value"], model.predict(scaler.transform(others[NUMBERS])))
    print(json.dumps({name: difference if np.isfinite(difference) else None for name, difference in found.items()}))


if __name__ == "__main__":
    main()

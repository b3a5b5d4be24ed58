"""Drift of the columns of two tables by SciPy, the reference that GML's `drift` is held against.

    python drift_reference.py before.parquet now.parquet

Prints, for each column, the population stability index, the statistic, the p-value corrected for the number of columns, the
Jensen-Shannon distance, and the values that are new or gone.

Numbers: bins between the deciles of `before` (nulls a bin of their own), the two-sample Kolmogorov-Smirnov test, exact up to
10,000 rows of each, else by the limiting distribution. Others: a bin a value (nulls a bin of their own; values of which fewer
than 5 rows are expected in the smaller table together), and the chi-square test without a correction of continuity. Shares
below 1e-4 count as 1e-4 in the index.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import jensenshannon

from table_files import read_table

SMALLEST_SHARE = 1e-4
EXACT_ROWS = 10_000


def stability_index(before: np.ndarray, now: np.ndarray) -> float:
    p = np.maximum(before / before.sum(), SMALLEST_SHARE)
    q = np.maximum(now / now.sum(), SMALLEST_SHARE)
    return float(((q - p) * np.log(q / p)).sum())


def of_numbers(before: pd.Series, now: pd.Series) -> dict:
    old, new = before.dropna().to_numpy(float), now.dropna().to_numpy(float)
    edges = np.unique(np.percentile(old, np.arange(10, 100, 10)))
    counts = [
        np.append(np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1), nulls)
        for values, nulls in [(old, before.isna().sum()), (new, now.isna().sum())]
    ]
    if max(len(old), len(new)) <= EXACT_ROWS:
        test = stats.ks_2samp(old, new, method="exact")
        statistic, p = test.statistic, test.pvalue
    else:
        statistic = stats.ks_2samp(old, new, method="asymp").statistic
        p = stats.kstwobign.sf(statistic * np.sqrt(len(old) * len(new) / (len(old) + len(new))))
    return compared(*counts, statistic, p)


def of_values(before: pd.Series, now: pd.Series) -> dict:
    old, new = before.value_counts(), now.value_counts()
    both = pd.DataFrame({"before": old, "now": new}).fillna(0)
    smaller = min(len(before), len(now)) / (len(before) + len(now))
    rare = both.sum(axis=1) * smaller < 5
    counts = both[~rare].to_numpy().T
    extra = np.array([both[rare].sum().to_numpy(), [before.isna().sum(), now.isna().sum()]]).T
    counts = np.hstack([counts, extra])
    counts = counts[:, counts.sum(axis=0) > 0]
    test = stats.chi2_contingency(counts, correction=False) if counts.shape[1] > 1 else None
    found = compared(counts[0], counts[1], test.statistic if test else 0.0, test.pvalue if test else 1.0)
    found["new_values"] = sorted(map(str, set(new.index) - set(old.index)))
    found["gone_values"] = sorted(map(str, set(old.index) - set(new.index)))
    return found


def compared(before: np.ndarray, now: np.ndarray, statistic: float, p: float) -> dict:
    return {
        "stability_index": stability_index(before, now),
        "statistic": float(statistic),
        "p": float(p),
        "distance": float(jensenshannon(before, now)),
        "new_values": [],
        "gone_values": [],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("now", type=Path)
    args = parser.parse_args()
    before, now = read_table(args.before), read_table(args.now)
    found = {}
    for name in before.columns:
        numbers = pd.api.types.is_numeric_dtype(before[name]) and not pd.api.types.is_bool_dtype(before[name])
        found[name] = (of_numbers if numbers else of_values)(before[name], now[name])
        found[name]["nulls_before"] = float(before[name].isna().mean())
        found[name]["nulls_now"] = float(now[name].isna().mean())
    corrected = stats.false_discovery_control([column["p"] for column in found.values()], method="bh")
    for column, p in zip(found.values(), corrected):
        column["p_value"] = float(p)
    print(json.dumps(found))


if __name__ == "__main__":
    main()

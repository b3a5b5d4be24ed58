use std.features.{select_features, synthesize}
use std.prep.{impute}

schema Visit { id visitor: str, time at: timestamp, kind: enum["a", "visitor"], pages: int, tags: list[str], text: str }
schema Other { text: str, other: int }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    others: table[Other] = csv("others.csv"),
}

pipeline looking {
    expect count(visits |> explode([])) > 0
    expect count(visits |> unpivot([])) > 0
    expect count(union([])) > 0
    expect count((visits |> split_group(by: [], train: 80%, seed: 1)).train) > 0
    expect count(visits |> pivot(rows: [.visitor], on: .kind, value: sum(.pages))) > 0
    expect count(visits |> join(others, at: .text, how: asof, within: 7d)) > 0
    expect count(visits |> join(others, on: [], expect: many_to_many)) > 0
    expect count(visits |> synthesize(for: [], windows: [7d])) > 0
    expect count(visits |> apply(fit(impute(zero, []), train: visits))) > 0
    expect count(visits |> apply(fit(select_features(keep: 2), train: visits))) > 0
}

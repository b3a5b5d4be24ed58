use std.graph.{sasrec, sequences}
use std.learn.{boosted_trees}
use std.prep.{bucketize, clip, quantile_bin}

schema Sale { group search: int, group_of: int, at: timestamp, item: str, age: float, target spent: float }

catalog {
    sales: table[Sale] = csv("sales.csv", delimiter: ";;"),
    kept: model = artifact("kept"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline training {
    let rows = sales |> drop([.at, .item])
    let recipe = clip([.age], low: 99%, high: 1%) >> bucketize([.age], bounds: [30.0, 18.0])
    let trees = boosted_trees(objective: regression, positive_weight: 2.0, group: [.search, .group_of], seed: -1)
    save fit(recipe >> trees, train: rows) as kept
    expect count(rows |> apply(fit(quantile_bin([.age], n: 1), train: rows))) > 0
    let visits = sales |> sequences(session: .search, item: .item, time: .at)
    save fit(sasrec(dimension: 50, heads: 3, seed: 1), train: visits) as next_item
}

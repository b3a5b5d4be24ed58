use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, n_estimators: 100)
    let model = fit(trees, train: data.train)
    track evaluate(model, on: [data.test], metrics: ["auc"])
    track evaluate(model, on: [data.test], metrics: [auc])
}

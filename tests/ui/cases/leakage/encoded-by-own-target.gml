use std.learn.{boosted_trees}
use std.metrics.{auc}
use std.prep.{target_encode}

schema Visit { id visitor: str, device: category, time at: timestamp, id day: date, pages: int, spent: float, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let rates = fit(target_encode([.device], seed: 1), train: data.train)
    let model = fit(boosted_trees(objective: binary), train: data.train |> apply(rates))
    track evaluate(model, on: [data.test |> apply(rates)], metrics: [auc])
}

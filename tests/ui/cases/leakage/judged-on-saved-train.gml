use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    kept: table[Visit] = parquet("kept.parquet"),
}

pipeline prepare {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    save data.train as kept
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [kept], metrics: [auc])
}

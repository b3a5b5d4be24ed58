use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

node longer(rows: table[Visit]) -> table[Visit] {
    rows |> derive { pages = .pages + 1 }
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: longer(data.train))
    track evaluate(model, on: [longer(data.train)], metrics: [auc])
}

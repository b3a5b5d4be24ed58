use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let rates = visits |> group(by: [.city]) { rate = mean(if .bought then 1.0 else 0.0) }
    let data = visits |> join(rates, on: [.city], how: left, expect: many_to_one) |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

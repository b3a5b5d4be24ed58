use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let one = visits |> split_stratified(by: [.bought], train: 60%, test: 40%, seed: 1)
    let other = visits |> split_stratified(by: [.bought], train: 60%, test: 40%, seed: 2)
    let model = fit(boosted_trees(objective: binary), train: one.train)
    track evaluate(model, on: [other.test], metrics: [auc])
}

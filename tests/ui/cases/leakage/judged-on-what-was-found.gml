use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let judged = visits |> sample(fraction: 20%, seed: 1)
    let learned = visits |> join(judged, on: [.visitor, .day], how: semi)
    let model = fit(boosted_trees(objective: binary), train: learned)
    track evaluate(model, on: [judged], metrics: [auc])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let model = fit(boosted_trees(objective: binary), train: visits |> filter(.day < @2021-01-20))
    track evaluate(model, on: [visits |> filter(.day < @2021-01-10)], metrics: [auc])
}

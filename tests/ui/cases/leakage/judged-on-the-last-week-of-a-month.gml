use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, city: category, id day: date, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let model = fit(boosted_trees(objective: binary), train: visits |> last(30d, by: .day))
    track evaluate(model, on: [visits |> last(7d, by: .day)], metrics: [auc])
}

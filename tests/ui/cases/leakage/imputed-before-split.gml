use std.learn.{boosted_trees}
use std.metrics.{auc}
use std.prep.{impute}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

node filled(rows: table[Visit]) -> table {
    rows |> apply(fit(impute(median, [.pages]), train: rows))
}

pipeline training {
    let data = filled(visits) |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

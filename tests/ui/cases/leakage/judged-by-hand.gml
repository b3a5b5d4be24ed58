use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    let known = data.train
        |> predict(model)
        |> group { accuracy = mean(((.score > 0.5) == .bought).as_int()) }
    expect first(known).accuracy > 0.7
    track evaluate(model, on: [data.test], metrics: [auc])
}

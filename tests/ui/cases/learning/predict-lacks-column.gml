use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id day: date, pages: int, os: category?, age: float?, target bought: bool }

catalog { visits: table[Visit] = parquet("visits.parquet") }

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    let scored = data.test |> drop([.pages]) |> predict(model)
    expect count(scored) > 0
    track evaluate(model, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

param seed: int = 7

catalog {
    visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv"),
}

pipeline training {
    let data = visits |> split_random(train: 70%, test: 30%, seed: seed)
    let model = fit(boosted_trees(objective: binary, column_fraction: 50%), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees, cross_validate}
use std.metrics.{auc}

catalog {
    visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    track cross_validate(boosted_trees(objective: binary), on: data.test, metrics: [auc], seed: 1)
}

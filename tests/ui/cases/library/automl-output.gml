use std.learn.{automl}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline p {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let f = automl(train: data.train, valid: data.valid, maximize: auc, budget: 1s)
    expect count(visits |> predict(f.model) |> filter(.value > 1.0)) > 0
}

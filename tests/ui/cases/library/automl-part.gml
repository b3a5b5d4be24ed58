use std.learn.{automl}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let f = automl(train: data.train, valid: data.valid, maximize: auc, budget: 1s)
    save f.modl as kept
}

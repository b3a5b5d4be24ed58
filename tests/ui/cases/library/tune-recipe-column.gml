use std.learn.{boosted_trees, tune}
use std.prep.{impute}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let best = tune(impute(mean, [.spend]) >> boosted_trees(objective: binary), train: data.train, valid: data.valid, maximize: auc, trials: 5, over: { depth: 2..10 })
    save fit(best, train: data.train) as kept
}

use std.learn.{boosted_trees, tune}
use std.metrics.{auc}
use std.features.{select_features}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let best = tune(select_features(keep: 3) >> boosted_trees(objective: binary), train: data.train, valid: data.valid, maximize: auc, trials: 5, over: { seed: 1..5 })
    save fit(best, train: data.train) as kept
}

use std.learn.{automl, boosted_trees, tune}
use std.metrics.{auc, log_loss}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline searching {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let best = tune(trees, train: data.train, valid: data.valid, maximize: log_loss, trials: 5, seed: 1, over: { depth: 2..10 })
    save fit(best, train: data.train) as kept
    let found = automl(train: data.train, valid: data.valid, minimize: auc, budget: 60s, seed: 1)
    expect count(found.leaderboard) > 1
}

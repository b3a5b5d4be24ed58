use std.learn.{automl, boosted_trees, cross_validate, ridge, tune}
use std.metrics.{auc, rmse}

schema Visit { id visitor: str, pages: int, target bought: bool }
schema Sale { id visitor: str, pages: int, target spent: float }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    sales: table[Sale] = csv("sales.csv"),
    kept: model = artifact("kept"),
}

pipeline searching {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let best = tune(trees, train: data.train, valid: data.valid, minimize: rmse, trials: 5, seed: 1, over: { depth: 2..10 })
    save fit(best, train: data.train) as kept
    let found = automl(train: data.train, valid: data.valid, minimize: rmse, budget: 60s, seed: 1)
    expect count(found.leaderboard) > 1
    track cross_validate(ridge(), on: sales, metrics: [rmse, auc], seed: 1)
}

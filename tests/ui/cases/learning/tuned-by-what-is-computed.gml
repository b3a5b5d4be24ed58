use std.learn.{boosted_trees, logistic, tune}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: float, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let learner = if count(data.train) > 10_000
        then tune(trees, maximize: auc, trials: 5, seed: 1, over: { depth: 2..10 })
        else logistic()
    save fit(learner, train: data.train, valid: data.valid) as kept
}

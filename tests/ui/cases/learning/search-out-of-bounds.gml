use std.learn.{boosted_trees, tune}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model         = artifact("buyer"),
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let best = tune(trees, train: data.train, valid: data.valid, maximize: auc, trials: 0, seed: 1, over: {
        leaves: log(1..256), learning_rate: log(0.0..1.0), row_fraction: [0.5, 1.5], depth: 2..10,
    })
    save fit(best, train: data.train, valid: data.valid) as buyer
}

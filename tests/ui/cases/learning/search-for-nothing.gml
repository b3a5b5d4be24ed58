use std.learn.{boosted_trees, tune}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline searching {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let empty = tune(trees, train: data.train, valid: data.valid, maximize: auc, trials: 5, seed: 1, over: {})
    let best = tune(trees, train: data.train, valid: data.valid, maximize: auc, trials: 5, seed: 1, over: {
        leaves: [], objective: [binary, regression], l2: log(0.0..1.0), l1: 0.5..0.5,
    })
    save fit(best, train: data.train) as kept
    expect count(data.train |> predict(fit(empty, train: data.train))) > 0
}

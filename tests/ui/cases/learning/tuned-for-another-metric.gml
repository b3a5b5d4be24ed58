use std.learn.{boosted_trees, tune}
use std.metrics.{rmse}
use std.prep.{scale}

schema Visit { id visitor: str, pages: float, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
    other: model = artifact("other"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let tuned = scale([.pages]) >> tune(trees, minimize: rmse, trials: 5, seed: 1, over: { depth: 2..10 })
    save fit(tuned, train: data.train, valid: data.valid) as kept
    save fit(tuned, train: data.valid, valid: data.train) as other
}

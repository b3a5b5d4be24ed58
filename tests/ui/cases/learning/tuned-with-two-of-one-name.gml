use std.learn.{logistic, tune}
use std.metrics.{auc}
use std.prep.{scale}

schema Visit { id visitor: str, pages: float, seconds: float, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let weights = scale([.seconds]) >> logistic()
    let tuned = scale([.pages]) >> tune(weights, maximize: auc, trials: 5, seed: 1, over: { scale: { how: [standard, minmax] } })
    save fit(tuned, train: data.train, valid: data.valid) as kept
}

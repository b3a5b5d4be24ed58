use std.learn.{cross_validate, tune}
use std.metrics.{auc}
use std.prep.{impute, scale}

schema Visit { id visitor: str, at: timestamp, pages: int?, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: transform = artifact("kept"),
}

pipeline judging {
    let data = visits |> drop([.at]) |> split_random(train: 80%, valid: 20%, seed: 1)
    let recipe = impute(mean, [.pages]) >> scale([.pages])
    track cross_validate(recipe, on: data.train, metrics: [auc], seed: 1)
    let best = tune(recipe, train: data.train, valid: data.valid, maximize: auc, trials: 5, seed: 1, over: { scale: { how: [standard, minmax] } })
    save fit(best, train: data.train) as kept
}

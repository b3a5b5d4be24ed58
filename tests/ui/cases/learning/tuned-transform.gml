use std.learn.{tune}
use std.metrics.{auc}
use std.prep.{impute, scale}

schema Visit { id visitor: str, pages: float?, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: transform = artifact("kept"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, valid: 20%, seed: 1)
    let tuned = impute(mean, [.pages]) >> tune(scale([.pages]), maximize: auc, trials: 5, seed: 1, over: { how: [standard, minmax] })
    save fit(tuned, train: data.train, valid: data.valid) as kept
}

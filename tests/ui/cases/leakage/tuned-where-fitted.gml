use std.learn.{boosted_trees, tune}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: float, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let tuned = tune(trees, maximize: auc, trials: 5, seed: 1, over: { depth: 2..10 })
    let peeking = fit(tuned, train: data.train, valid: data.test)
    track evaluate(peeking, on: [data.train], metrics: [auc], in_sample: true)
    let model = fit(tuned, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.valid], metrics: [auc])
    let lucky = fit(tuned, train: data.train, valid: data.train)
    track evaluate(lucky, on: [data.test], metrics: [auc])
}

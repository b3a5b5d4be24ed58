use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    later: table { id visitor: str, pages: int, bought: bool } = csv("later.csv"),
    kept: model = artifact("kept"),
}

pipeline judging {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    track evaluate(model, on: [data.test, later], metrics: [auc])
    track roc_plot(model, on: later)
    save calibrate(model, on: later) as kept
}

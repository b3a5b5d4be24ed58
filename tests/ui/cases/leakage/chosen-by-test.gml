use std.learn.{boosted_trees}
use std.metrics.{auc}
use std.monitor.{promote}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let few = fit(boosted_trees(objective: binary, rounds: 10), train: data.train)
    let better = promote(fit(boosted_trees(objective: binary), train: data.train), over: few, on: data.test, metric: auc)
    track evaluate(better, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, time at: timestamp, pages: int, target bought: bool }

catalog { visits: table[Visit] = parquet("visits.parquet") }

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let train = data.train
    let test = data.test
    let model = fit(boosted_trees(objective: binary), train: train)
    track evaluate(model, on: [test], metrics: [auc])
}

pipeline other {
    expect count(visits) > 0
}

test "a" {
    expect 1 == 1
}

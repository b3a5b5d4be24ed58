use std.learn.{boosted_trees, cross_validate}
use std.metrics.{auc, hit_rate, map}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline judging {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    track evaluate(fit(trees, train: data.train), on: [data.test], metrics: [auc, map(3)])
}

pipeline judging_by_turns {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    track cross_validate(trees, on: data.train, metrics: [hit_rate(10)], seed: 1)
}

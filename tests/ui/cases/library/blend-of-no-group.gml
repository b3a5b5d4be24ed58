use std.learn.{blend, boosted_trees, logistic}
use std.metrics.{auc}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline judging {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let both = blend([fit(logistic(), train: data.train), fit(boosted_trees(objective: binary), train: data.train)])
    track evaluate(both, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, time at: timestamp, id day: date, pages: int, spent: float, target bought: bool }
schema City { id city: category, pages: int, buys: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let cities = visits
        |> group(by: [.city]) { pages = sum(.pages), buys = count(where: .bought), bought = any(.bought) }
        |> conform(City)
    let data = cities |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

use std.features.{synthesize}
use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, time at: timestamp, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let cities = visits |> synthesize(for: .city)
    let data = visits |> join(cities, on: [.city], how: left, expect: many_to_one) |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    usual: table { city: category, usual: float } = parquet("usual.parquet"),
}

pipeline prepare {
    save visits |> group(by: [.city]) { usual = mean(.pages) } as usual
}

pipeline training {
    let data = visits |> join(usual, on: [.city], how: left, expect: many_to_one) |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

pipeline training {
    let rates = visits
        |> filter(.device == "mobile")
        |> group(by: [.city]) { rate = mean(.bought.as_int()) }
    let data = visits
        |> join(rates, on: [.city], how: left, expect: many_to_one)
        |> split_time(by: .day, train: @2021-01-01..@2021-01-20, test: @2021-01-21..@2021-01-31)
    let model = fit(boosted_trees(objective: binary), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
}

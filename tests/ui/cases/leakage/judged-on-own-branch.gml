use std.learn.{boosted_trees}

schema Visit { id visitor: str, city: category, id day: date, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let half = visits |> split_random(train: 50%, valid: 50%, seed: 2)
    let first = fit(boosted_trees(objective: binary), train: half.train)
    let second = fit(boosted_trees(objective: binary), train: half.valid)
    let stacked = union(half.train |> predict(first), half.valid |> predict(second))
    save fit(boosted_trees(objective: binary), train: stacked) as buyers
}

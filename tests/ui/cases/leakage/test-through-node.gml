use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

node scored(known: table[Visit], rows: table[Visit]) -> table {
    let model = fit(boosted_trees(objective: binary), train: known)
    rows |> predict(model)
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    expect count(scored(data.test, data.train)) > 0
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    save fit(boosted_trees(objective: binary), train: data.train, valid: data.test) as buyers
}

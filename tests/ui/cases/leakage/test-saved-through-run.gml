use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    kept: table[Visit] = parquet("kept.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline prepare {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    save data.test |> filter(.pages > 1) as kept
}

pipeline all {
    run prepare()
    run training()
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: kept) as buyers
}

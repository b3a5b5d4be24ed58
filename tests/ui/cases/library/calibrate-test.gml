use std.learn.{boosted_trees}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    save calibrate(fit(boosted_trees(objective: binary), train: data.train), on: data.test) as kept
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    outcomes: table { visitor: str, day: date, outcome: bool } = parquet("outcomes.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline prepare {
    save visits |> select { visitor = .visitor, day = .day, outcome = .bought } as outcomes
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: visits |> join(outcomes, on: [.visitor, .day], how: left, expect: many_to_one)) as buyers
}

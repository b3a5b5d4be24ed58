use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    habits: table { visitor: str, times: int } = parquet("habits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline prepare {
    save visits |> group(by: [.visitor]) { times = count(where: .bought) } as habits
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: visits |> join(habits, on: [.visitor], how: left, expect: many_to_one)) as buyers
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let some = visits |> filter(.bought) |> group(by: [.visitor]) { flag = max(1) }
    save fit(boosted_trees(objective: binary), train: visits |> join(some, on: [.visitor], how: left, expect: many_to_one)) as buyers
}

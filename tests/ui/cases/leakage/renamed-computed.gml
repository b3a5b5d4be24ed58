use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let known = visits |> derive { hint = not .bought } |> rename { other = .hint }
    save fit(boosted_trees(objective: binary), train: known) as buyers
}

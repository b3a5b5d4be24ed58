use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

node with_hint(rows: table[Visit]) -> table {
    rows |> derive { hint = .bought and .pages > 3 }
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: with_hint(visits)) as buyers
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

schema Order { id order: str, minutes: int, items: int, target late: bool }

node labelled(rows: table { visitor: str, pages: int, .. }) -> table[Order] {
    rows |> select { order = .visitor, minutes = .pages, items = 1 } |> derive { late = .minutes > 30 }
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: labelled(visits)) as buyers
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, time at: timestamp, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

node ahead(rows: table[Visit]) -> table {
    rows |> derive(over: [.visitor], order: [.at]) { pages_then = lead(.pages) ?? 0 }
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: ahead(visits)) as buyers
}

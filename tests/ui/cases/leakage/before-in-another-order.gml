use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, time at: timestamp, id day: date, pages: int, spent: float, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let known = visits |> derive(over: [.city], order: [.spent], rows: before) { rate = mean(.bought.as_int()) }
    save fit(boosted_trees(objective: binary), train: known) as buyers
}

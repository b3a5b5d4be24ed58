use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let rates = visits |> group(by: [.city]) { rate = mean(if .bought then 1.0 else 0.0) }
    save fit(boosted_trees(objective: binary), train: visits |> join(rates, on: [.city], how: left, expect: many_to_one)) as buyers
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, time at: timestamp, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let often = visits |> group(by: [.visitor]) { often = count() }
    save fit(boosted_trees(objective: binary), train: visits |> join(often, on: [.visitor], how: left, expect: many_to_one)) as buyers
}

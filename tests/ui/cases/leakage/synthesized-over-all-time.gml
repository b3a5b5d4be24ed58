use std.features.{synthesize}
use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, time at: timestamp, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let visitors = visits |> synthesize(for: .visitor, windows: [7d, null])
    save fit(boosted_trees(objective: binary), train: visits |> join(visitors, on: [.visitor], how: left, expect: many_to_one)) as buyers
}

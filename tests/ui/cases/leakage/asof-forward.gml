use std.learn.{boosted_trees}

schema Visit { id visitor: str, id city: category, id day: date, time at: timestamp, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    prices: table { city: category, at: timestamp, price: float } = parquet("prices.parquet"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    let known = visits |> join(prices, on: [.city], at: [.at], how: asof, direction: forward)
    save fit(boosted_trees(objective: binary), train: known) as buyers
}

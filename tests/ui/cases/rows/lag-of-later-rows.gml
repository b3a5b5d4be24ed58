schema Sale {
    id   customer: str,
    time at: timestamp,
         price: float,
         kind: enum["book", "pen"],
         shop: enum["north", "south"],
}

catalog { sales: table[Sale] = parquet("sales.parquet") }

pipeline show {
    let rows = sales |> derive(over: [.customer], order: [.at]) { next = lag(.price, -1), week = sum(.price, last: -7d) }
    expect count(rows) > 0
}

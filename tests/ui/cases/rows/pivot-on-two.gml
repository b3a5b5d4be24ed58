schema Sale {
    id   customer: str,
    time at: timestamp,
         price: float,
         kind: enum["book", "pen"],
         shop: enum["north", "south"],
}

catalog { sales: table[Sale] = parquet("sales.parquet") }

pipeline show {
    let rows = sales |> pivot(rows: [.customer], on: [.kind, .shop], value: sum(.price))
    expect count(rows) > 0
}

schema Sale {
    id   customer: str,
    time at: timestamp,
         price: float,
         kind: enum["book", "pen"],
         shop: enum["north", "south"],
}

catalog { sales: table[Sale] = parquet("sales.parquet") }

pipeline show {
    let rows = sales |> group(by: [.customer]) { dear = quantile(.price, 90), cheap = quantile(.price, -0.1) }
    expect count(rows) > 0
}

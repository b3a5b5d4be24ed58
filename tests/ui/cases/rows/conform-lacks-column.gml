schema Paid { customer: str, price: int, at: date, shop: str, weight: float }

schema Sale {
    id   customer: str,
    time at: timestamp,
         price: float,
         kind: enum["book", "pen"],
         shop: enum["north", "south"],
}

catalog { sales: table[Sale] = parquet("sales.parquet") }

pipeline show {
    let rows = sales |> conform(Paid)
    expect count(rows) > 0
}

schema Sale {
    id   customer: str,
    time at: timestamp,
         day: date,
         price: float,
         pieces: int,
         kind: enum["book", "pen"],
         note: str?,
}

schema Customer { id customer: str, age: int?, city: category, unique [customer] }

catalog {
    sales: table[Sale]         = parquet("sales.parquet"),
    customers: table[Customer] = csv("customers.csv"),
}

pipeline show {
    let rows = sales
        |> sort(desc(.price), .day, .note)
    expect count(rows) + count(customers) > 0
}

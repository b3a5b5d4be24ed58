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

fn length(x: str?) -> int = x.char_count()

pipeline show { expect count(sales |> filter(length(.note) > 1)) + count(customers) > 0 }

use std.recommend.{top_k}

schema Sale { id customer: str, id article: str, time day: date, price: float }
schema Customer { id customer: str, age: int }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    customers: table[Customer] = csv("customers.csv"),
}

pipeline p {
    expect count(sales |> top_k(5, user: .customer, item: .article, by: .price, fill: customers)) > 0
}

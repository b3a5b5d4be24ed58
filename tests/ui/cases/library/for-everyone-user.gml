use std.recommend.{popular}

schema Sale { id customer: str, id article: str, time day: date, price: float }
schema Customer { id customer: str, age: int }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    customers: table[Customer] = csv("customers.csv"),
}

pipeline p {
    expect count(sales |> popular(item: .article, top: 5) |> for_everyone(customers, user: .custommer)) > 0
}

use std.metrics.{recall}

schema Sale { id customer: str, id article: str, time day: date, price: float }
schema Customer { id customer: str, age: int }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    customers: table[Customer] = csv("customers.csv"),
}

pipeline p {
    track evaluate(customers, on: [sales], metrics: [recall()])
}

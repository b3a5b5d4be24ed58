use std.recommend.{bought_before, candidates, popular}

schema Sale { id customer: str, id article: str, time day: date, price: float }
schema Customer { id customer: str, age: int }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    customers: table[Customer] = csv("customers.csv"),
}

pipeline offers {
    let data = sales |> split_time(by: .day, valid: last(7d))
    let found = candidates(user: .customer, item: .article) {
        again = bought_before(data.train),
        best  = data.valid |> popular(item: .article, top: 12) |> for_everyone(customers, user: .customer),
    }
    expect count(found |> label(bought_in: data.valid, on: [.customer, .article])) > 0
}

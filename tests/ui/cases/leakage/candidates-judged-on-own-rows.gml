use std.metrics.{recall}
use std.recommend.{bought_before, candidates, popular}

schema Sale { id customer: str, id article: str, time day: date, price: float }
schema Customer { id customer: str, age: int }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    customers: table[Customer] = csv("customers.csv"),
}

node find_candidates(history: table[Sale], customers: table[Customer]) -> table { customer: str, article: str, .. } {
    candidates(user: .customer, item: .article) {
        again = bought_before(history),
        best  = history |> popular(item: .article, top: 12) |> for_everyone(customers, user: .customer),
    }
}

pipeline offers {
    let data = sales |> split_time(by: .day, valid: last(7d))
    let found = find_candidates(sales, customers)
    track evaluate(found, on: [data.valid], metrics: [recall()])
}

use std.metrics.{auc}
use std.recommend.{bought_before, candidates}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    later: table[Sale] = csv("later.csv"),
}

pipeline p {
    let f = candidates(user: .customer, item: .article) { a = bought_before(sales) }
    track evaluate(f, on: [later], metrics: [auc])
}

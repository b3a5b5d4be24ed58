use std.recommend.{bought_before, candidates}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    let f = candidates(user: .customer, item: .article) { a = bought_before(sales), a = bought_before(sales) }
    expect count(f) > 0
}

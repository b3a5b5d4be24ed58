use std.recommend.{popular, bought_before, candidates}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    let f = candidates(user: .customer, item: .article) { a = bought_before(sales), b = sales |> popular(item: .article, top: 5) }
    expect count(f) > 0
}

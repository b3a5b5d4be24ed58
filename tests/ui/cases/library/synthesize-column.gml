use std.features.{synthesize}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    expect count(sales |> synthesize(for: .article, windows: [7d, null]) |> filter(.article_count_30d > 1)) > 0
}

use std.features.{synthesize}
use std.graph.{sequences}
use std.recommend.{als, recommend}

schema Sale { group customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline features {
    let windows = [7d, null, 1w]
    expect count(sales |> synthesize(for: .article, windows: [1d, 7d, 24h])) > 0
    expect count(sales |> synthesize(for: .article, windows: [null, 7d, null])) > 0
    expect count(sales |> synthesize(for: .article, windows: windows)) > 0
    let baskets = sales |> sequences(session: .customer, item: .article, time: .day)
    expect count(baskets |> recommend(fit(als(confidence: 1e300, seed: 1), train: baskets), k: 5)) > 0
}

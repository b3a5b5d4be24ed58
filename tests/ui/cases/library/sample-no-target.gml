use std.recommend.{sample_negatives}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    expect count(sales |> sample_negatives(5, seed: 1)) > 0
}

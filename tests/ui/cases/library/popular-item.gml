use std.recommend.{popular}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    expect count(sales |> popular(item: .artikel, top: 5)) > 0
}

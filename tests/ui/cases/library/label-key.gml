schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    expect count(sales |> label(bought_in: sales, on: [.custommer])) > 0
}

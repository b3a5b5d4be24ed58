schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    before: table[Sale] = csv("before.csv"),
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    expect count(before |> label(bought_in: sales, on: [.custommer])) > 0
}

schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
}

pipeline p {
    expect count(sales |> distinct([.customer]) |> filter(.price > 1.0)) > 0
}

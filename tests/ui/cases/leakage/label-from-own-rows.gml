schema Sale { id customer: str, id article: str, time day: date, price: float }

catalog { sales: table[Sale] = csv("sales.csv") }

node spending(history: table[Sale]) -> table {
    history |> last(30d, by: .day) |> group(by: [.customer]) { spent = sum(.price) }
}

pipeline offers {
    let data = sales |> split_time(by: .day, test: last(7d))
    let pairs = data.train |> distinct([.customer, .article]) |> select([.customer, .article])
    let described = pairs |> join(spending(sales), on: [.customer], how: left, expect: many_to_one)
    expect count(described |> label(bought_in: data.test, on: [.customer, .article]) |> filter(.label)) > 0
}

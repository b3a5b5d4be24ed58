schema Order { user: str, item: str, price: float }

node with_spent(orders: table[Order]) -> table {
    let spent = orders |> group(by: [.user, .item]) { spent = sum(.price) } |> filter(.spent > 0.0)
    orders |> drop([.item]) |> join(spent, on: [.user])
}

test "spent" {
    expect count(with_spent(table[Order] [])) == 0
}

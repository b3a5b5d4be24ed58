param start: date? = to_date("2021-01-01")

schema Order { tags: list[str], day: date }

catalog { orders: table[Order] = parquet("orders.parquet") }

pipeline p {
    for tag in first(orders).tags { expect tag != "" }
    for tag in ["a", "b"].where_items(.item != "a") { expect tag == "b" }
    expect count(orders |> filter(.day >= start ?? false)) > 0
}

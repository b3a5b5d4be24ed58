schema Sale { price: decimal[6, 2], rate: decimal[38, 20] }

param most: decimal[4, 2] = 0.125

node dear(sales: table[Sale]) -> table {
    sales |> filter(.price < most) |> derive { square = .rate * .rate, far = as_decimal(.price, 2, 3) }
}

pipeline show {
    expect count(dear(table[Sale] [{ price: 12345.00, rate: 1e300 }])) == 0
}

schema Row { id a: str, b: int }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show {
    expect count(rows |> group(by: [.a]) { value = mean(.b, having: .b > 2) }) > 0
}

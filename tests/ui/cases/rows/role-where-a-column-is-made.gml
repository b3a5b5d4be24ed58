schema Row { a: str, b: int }
catalog { rows: table[Row] = csv("rows.csv") }
pipeline show {
    expect count(rows |> select { id x = .a, b = .b }) > 0
    expect count(rows |> derive { target y = .b > 2 }) > 0
    expect count(rows |> group(by: { id x = .a }) { time y = max(.b) }) > 0
}

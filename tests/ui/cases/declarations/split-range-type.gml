schema Row { id day: date, a: int }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show {
    let data = rows |> split_time(by: .day, train: 1..5, test: 6..9)
    expect count(data.train) + count(data.test) > 0
}

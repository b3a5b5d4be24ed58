schema Visit { id visitor: str, time at: timestamp, day: date }

catalog { visits: table[Visit] = parquet("visits.parquet") }

pipeline p {
    let a = visits |> split_time(by: .at, train: @2021-01-01..@2021-01-20, valid: @2021-01-21..@2021-01-25, test: @2021-01-26..@2021-01-31)
    let b = visits |> split_time(by: .day, train: last(30d), valid: last(7d), test: last(7d))
    let c = visits |> split_time(by: .day, valid: 7d, test: 7d)
    expect count(a.train) + count(b.train) + count(c.train) > 0
}

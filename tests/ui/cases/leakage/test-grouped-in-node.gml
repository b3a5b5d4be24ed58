use std.prep.{impute}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

node cities(known: table[Visit]) -> table {
    let of_city = known |> group(by: [.city]) { pages = sum(.pages) }
    of_city |> apply(fit(impute(mean, [.pages]), train: of_city))
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    expect count(cities(data.test)) > 0
}

use std.prep.{scale}

schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

node prepared(known: table[Visit], rows: table[Visit]) -> table {
    rows |> apply(fit(scale([.pages]), train: known))
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    expect count(prepared(data.test, data.train)) > 0
}

schema Row { id a: str, b: int }

catalog { rows: table[Row] = csv("rows.csv") }

node kept(rows: table[Row], test: int) -> table[Row] {
    let env = rows |> filter(.b > test)
    env |> filter(.c > test)
}

pipeline show {
    for node in [1, 2] { expect count(kept(rows, test: node)) > 0 }
}

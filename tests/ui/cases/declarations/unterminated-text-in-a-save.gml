schema Row { id a: str, b: int }
catalog { rows: table[Row] = csv("rows.csv"), out: table[Row] = csv("out.csv") }
pipeline show {
    save rows |> filter(.a == "x) as out
}

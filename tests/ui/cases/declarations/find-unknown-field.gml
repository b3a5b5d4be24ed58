schema Row { params: list[struct { key: str, value: int }] }

catalog { rows: table[Row] = parquet("rows.parquet") }

pipeline show { expect count(rows |> filter(.params.any_item(.name == "a"))) > 0 }

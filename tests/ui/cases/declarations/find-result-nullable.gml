schema Row { params: list[struct { key: str, value: int }] }

catalog { rows: table[Row] = parquet("rows.parquet") }

pipeline show { expect count(rows |> filter(.params.find(.key == "a").value > 1)) > 0 }

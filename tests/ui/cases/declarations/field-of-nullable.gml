schema Row { device: struct { kind: str }? }

catalog { rows: table[Row] = parquet("rows.parquet") }

pipeline show { expect count(rows |> filter(.device.kind == "x")) > 0 }

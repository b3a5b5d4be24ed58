schema Row { a: int }

catalog { rows: table[Row] = parqet("rows.parquet") }

pipeline show { expect count(rows) > 0 }

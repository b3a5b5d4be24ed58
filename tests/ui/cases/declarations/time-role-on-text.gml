schema Row { time a: str, b: int }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

schema Row { a: int, b: str, a: float }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

schema Row { a: str in 1..3, b: int in 5..1, c: int matches r"x" }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

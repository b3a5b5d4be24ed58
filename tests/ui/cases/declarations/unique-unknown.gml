schema Row { a: int, unique [b] }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

schema Row { a: int }

catalog { rows: table[Row] = csv("rows.csv", separator: ";") }

pipeline show { expect count(rows) > 0 }

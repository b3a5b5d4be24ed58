schema Row { a: int }

catalog { rows: table[Row] = csv("rows.csv", on_violation: ignore) }

pipeline show { expect count(rows) > 0 }

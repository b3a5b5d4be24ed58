schema Row { a: int }

catalog { rows: table[Row] = csv() }

pipeline show { expect count(rows) > 0 }

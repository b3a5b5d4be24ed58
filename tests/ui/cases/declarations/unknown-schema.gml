catalog { rows: table[Roww] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

schema Row { target a: bool, target b: bool }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

schema Row { name: string, when: datetime, tags: array[str] }

catalog { rows: table[Row] = csv("rows.csv") }

pipeline show { expect count(rows) > 0 }

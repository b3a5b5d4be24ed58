
schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
}

schema Session { id visitor: str, seen: int, hint: int, target bought: bool }

node sessions(rows: table[Visit]) -> table[Session] {
    rows |> select { visitor = .visitor, seen = .pages, hint = if .bought then 1 else 0, bought = .bought }
}

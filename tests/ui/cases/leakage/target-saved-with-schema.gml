
schema Visit { id visitor: str, id city: category, id day: date, pages: int, device: enum["desktop", "mobile"], target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    sessions: table[Session] = parquet("sessions.parquet"),
}

schema Session { id visitor: str, id day: date, seen: int, hint: int, target bought: bool }

pipeline prepare {
    save visits |> select { visitor = .visitor, day = .day, seen = .pages, hint = if .bought then 1 else 0, bought = .bought } as sessions
}

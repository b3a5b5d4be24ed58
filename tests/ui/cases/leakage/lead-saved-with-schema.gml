
schema Visit { id visitor: str, id city: category, id day: date, time at: timestamp, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    sessions: table[Session] = parquet("sessions.parquet"),
}

schema Session { id visitor: str, time at: timestamp, pages_then: int, target bought: bool }

pipeline prepare {
    save visits |> derive(over: [.visitor], order: [.at]) { pages_then = lead(.pages) ?? 0 } |> select([.visitor, .at, .pages_then, .bought]) as sessions
}

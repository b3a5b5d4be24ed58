schema Visit { user: str, pages: int }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    busy: table[Visit]   = csv("busy.csv"),
}

pipeline prepare {
    for least in [10, 20] {
        save visits |> filter(.pages > least) as busy
    }
}

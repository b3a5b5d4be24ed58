schema Visit { user: str, pages: int }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    busy: table[Visit]   = csv("busy.csv"),
}

pipeline prepare(least: int) {
    save visits |> filter(.pages > least) as busy
}

pipeline all {
    run prepare(least: 10)
    run prepare(least: 20)
}

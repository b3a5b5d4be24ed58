param root: str = "data"

schema Visit { user: str, pages: int }

catalog {
    visits: table[Visit] = csv("data/visits.csv"),
    busy: table[Visit]   = csv(f"{root}//./visits.csv"),
}

pipeline prepare {
    save visits |> filter(.pages > 10) as busy
}

schema Visit { user: str, pages: int }

catalog {
    days: table[Visit]   = csv("data/by_day/*.csv"),
    lately: table[Visit] = csv("data/by_day/lately.csv"),
    all: table[Visit]    = csv("data/all.csv"),
}

pipeline prepare {
    save days |> filter(.pages > 10) as lately
    save days as all
}

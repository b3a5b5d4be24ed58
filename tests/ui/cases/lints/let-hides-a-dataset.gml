param limit: int = 3

catalog {
    visits: table { user: str, pages: int } = csv("visits.csv"),
    many: table { user: str, pages: int } = csv("many.csv"),
}

pipeline keep {
    let limit = 10
    let visits = visits |> filter(.pages > limit)
    save visits as many
}

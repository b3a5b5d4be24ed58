catalog {
    visits: table { id visitor: str, pages: int } = csv("visits.csv"),
    buyers: table { id visitor: str } = csv("buyers.csv"),
    kept: table { id visitor: str, pages: int } = csv("kept.csv"),
}

pipeline keep {
    save visits |> join(buyers, on: [.visitor], how: semi, expect: many_to_one) as kept
}

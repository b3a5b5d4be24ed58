schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline p {
    expect count(visits |> derive { l = log(.pages) }) > 0
}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    expect count(visits |> predict(next_item)) > 0
}

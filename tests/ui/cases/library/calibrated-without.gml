schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    propensity: model[Visit -> Probability] = artifact("propensity"),
}

pipeline p {
    expect count(visits |> predict(propensity) |> filter(.calibrated > 0.5)) > 0
}

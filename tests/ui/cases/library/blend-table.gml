use std.learn.{blend}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    propensity: model[Visit -> Probability] = artifact("propensity"),
    kept: model = artifact("kept"),
}

pipeline p {
    save blend([propensity, visits]) as kept
}

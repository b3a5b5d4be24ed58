use std.report.{profile}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    propensity: model[Visit -> Probability] = artifact("propensity"),
}

pipeline p {
    track profile(propensity)
}

use std.learn.{boosted_trees}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline p {
    track explain(boosted_trees(objective: binary), on: visits)
}

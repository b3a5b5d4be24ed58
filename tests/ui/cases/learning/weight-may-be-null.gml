use std.learn.{boosted_trees}

catalog {
    visits: table { id visitor: str, pages: int, weight counts: float?, target bought: bool } = csv("visits.csv"),
    buyers: model = artifact("buyers"),
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: visits) as buyers
}

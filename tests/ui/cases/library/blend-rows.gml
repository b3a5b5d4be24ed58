use std.learn.{boosted_trees, blend}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    let a = fit(boosted_trees(objective: binary), train: visits)
    let b = fit(boosted_trees(objective: binary), train: visits |> drop([.pages]))
    save blend([b, a]) as kept
}

use std.learn.{boosted_trees}


catalog {
    kept: model = artifact("kept"),
}

schema Shown { id query: int, price: float, target relevance: int }
catalog { shown: table[Shown] = csv("shown.csv") }
pipeline p {
    save fit(boosted_trees(objective: lambdarank, group: .qery), train: shown) as kept
}

use std.learn.{blend, boosted_trees}

schema Shown { group search: int, price: float, target relevance: int }

catalog {
    shown: table[Shown] = csv("shown.csv"),
    one: model = artifact("one"),
    two: model = artifact("two"),
    three: model = artifact("three"),
    four: model = artifact("four"),
}

pipeline blending {
    let wide = fit(boosted_trees(objective: lambdarank), train: shown)
    let deep = fit(boosted_trees(objective: lambdarank, depth: 12), train: shown)
    let weights = [1.0, 2.0, 3.0]
    save blend([]) as one
    save blend([wide, deep], weights: weights) as two
    save blend([wide, deep], weights: [0.0, 0.0]) as three
    save blend([wide, deep], weights: [1.0, -0.5]) as four
}

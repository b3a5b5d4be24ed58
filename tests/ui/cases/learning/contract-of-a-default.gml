use std.learn.{boosted_trees}

schema Visit { id visitor: str, pages: int, spent: float, target bought: bool }

param rounds: int = 0
param half: int = 1

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline training(share: float = 1.5) {
    let leaves = half
    let few = visits |> sample(fraction: share, seed: 1)
    let most = visits |> take(-half)
    expect count(most) > 0
    save fit(boosted_trees(objective: binary, rounds: rounds, leaves: leaves, depth: if half > 1 then half - 1 else 0), train: few) as kept
}

use std.learn.{boosted_trees}
use std.prep.{one_hot}

schema Visit {
    id     visitor: str,
           device: category,
           pages: int,
    target kind: enum["buyer", "looker"],
}

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model         = artifact("buyer"),
}

pipeline training {
    let recipe = one_hot([.device, .kind])
    save fit(recipe >> boosted_trees(objective: multiclass, seed: 1), train: visits) as buyer
}

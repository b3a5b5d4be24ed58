use std.learn.{boosted_trees}
use std.prep.{impute, one_hot}

schema Visit {
    id     visitor: str,
           device: category,
           city: category,
           pages: int,
           spent: float?,
           bought: bool,
}

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model         = artifact("buyer"),
}

pipeline training {
    let recipe = impute(mean, [.spent]) >> one_hot([.device])
    save fit(recipe >> boosted_trees(objective: binary, seed: 1), train: visits) as buyer
}

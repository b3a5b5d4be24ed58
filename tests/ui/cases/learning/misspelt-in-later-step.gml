use std.learn.{boosted_trees}
use std.prep.{impute, one_hot}

schema Visit {
    id     visitor: str,
           device: category,
           city: category,
           pages: int,
           spent: float?,
    target bought: bool,
}

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model         = artifact("buyer"),
}

pipeline training {
    let recipe = one_hot([.device]) >> impute(mean, [.spent]) >> one_hot([.ctiy])
    save fit(recipe >> boosted_trees(objective: binary, seed: 1), train: visits) as buyer
}

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
    let recipe = impute(mean, [.spent]) >> one_hot([.device, .city])
    save fit(recipe >> boosted_trees(objective: binary, row_fraction: 1.8, rounds: 0, learning_rate: -1, column_fraction: 80, seed: 1), train: visits) as buyer
}

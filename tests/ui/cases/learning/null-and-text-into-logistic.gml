use std.learn.{logistic}
use std.prep.{one_hot, scale}

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
    let recipe = scale([.pages]) >> one_hot([.device])
    save fit(recipe >> logistic(l2: -0.5), train: visits) as buyer
}

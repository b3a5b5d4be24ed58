use std.learn.{boosted_trees}

schema Visit { id visit: int, id visitor: str, city: category, time at: timestamp, spent: float, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv"), buyers: model = artifact("buyers") }

pipeline training {
    let known = visits |> derive(over: [.city], order: [.visit], rows: before) { rate = mean(.bought.as_int()) ?? 0.0 }
    save fit(boosted_trees(objective: binary), train: known) as buyers
}

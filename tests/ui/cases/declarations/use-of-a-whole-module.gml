use std.learn
use std.table
use std.filter
use std.lern

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model         = artifact("buyer"),
}

pipeline training {
    let known = visits |> filter(.pages > 0)
    save fit(boosted_trees(objective: binary, seed: 1), train: known) as buyer
}

use std.learn.{boosted_trees}
use std.prep.{date_parts}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    save fit(date_parts([.pages]) >> boosted_trees(objective: binary), train: visits) as kept
}

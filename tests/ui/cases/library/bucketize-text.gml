use std.learn.{boosted_trees}
use std.prep.{bucketize}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    save fit(bucketize([.device], bounds: [1.0]) >> boosted_trees(objective: binary), train: visits) as kept
}

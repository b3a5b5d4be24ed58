use std.learn.{boosted_trees, cross_validate}
use std.metrics.{auc}

catalog {
    visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv"),
}

pipeline judging {
    let trees = boosted_trees(objective: binary, stop_after: 10)
    track cross_validate(trees, on: visits, metrics: [auc], folds: 5, seed: 1)
}

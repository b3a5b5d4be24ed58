use std.learn.{boosted_trees, cross_validate}
use std.metrics.{auc}

schema Visit { id visitor: str, day: date, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline judging {
    let trees = boosted_trees(objective: binary, seed: 1)
    let rows = visits |> drop([.day])
    track cross_validate(trees, on: rows, metrics: [auc], split: time, seed: 1)
    track cross_validate(trees, on: rows, metrics: [auc], split: group, seed: 1)
    track cross_validate(trees, on: rows, metrics: [auc], by: [.visitor], seed: 1)
    track cross_validate(trees, on: rows, metrics: [auc], split: group, by: [.visitor], seed: 1)
}

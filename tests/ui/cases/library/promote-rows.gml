use std.learn.{boosted_trees}
use std.metrics.{auc}
use std.monitor.{promote}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    propensity: model[Visit -> Probability] = artifact("propensity"),
    kept: model = artifact("kept"),
}
allow(judged_on_train)
pipeline p {
    let m = fit(boosted_trees(objective: binary), train: visits |> drop([.pages]))
    save promote(m, over: propensity, on: visits, metric: auc) as kept
}

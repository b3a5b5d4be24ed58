use std.metrics.{auc}
use std.monitor.{performance}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    propensity: model[Visit -> Probability] = artifact("propensity"),
}

pipeline p {
    let now = performance(propensity, on: visits, baseline: visits, metric: auc)
    expect not now.wors
}

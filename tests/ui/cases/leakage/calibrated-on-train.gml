use std.learn.{boosted_trees}
use std.metrics.{auc, brier}

schema Visit { id visitor: str, time at: timestamp, pages: int, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    let calibrated = calibrate(model, on: data.train |> filter(.pages > 3), method: isotonic)
    track evaluate(calibrated, on: [data.test], metrics: [auc, brier])
}

use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, time at: timestamp, pages: int, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv"), late: table[Visit] = csv("late.csv") }

pipeline preparing { save (visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)).test as late }

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    let calibrated = calibrate(model, on: late)
    track evaluate(calibrated, on: [data.valid], metrics: [auc])
}

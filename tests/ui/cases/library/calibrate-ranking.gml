use std.learn.{boosted_trees}

schema Shown { group search: int, price: float, target relevance: int }

catalog {
    shown: table[Shown] = csv("shown.csv"),
    kept: model = artifact("kept"),
}

pipeline ranking {
    let data = shown |> split_group(by: [.search], train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: lambdarank, seed: 1), train: data.train)
    track calibration_plot(model, on: data.test)
    track confusion_plot(model, on: data.test)
    track roc_plot(model, on: data.test)
    save calibrate(model, on: data.valid) as kept
}

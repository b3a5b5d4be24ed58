use std.learn.{logistic}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let once = calibrate(fit(logistic(), train: data.train), on: data.valid)
    track calibration_plot(once, on: data.test)
    track confusion_plot(once, on: data.test)
    save calibrate(once, on: data.valid, method: sigmoid) as kept
}

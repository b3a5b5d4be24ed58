use std.learn.{logistic}

schema Visit { id visitor: str, pages: int, target device: category }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline looking {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let model = fit(logistic(objective: multiclass), train: data.train)
    track explain(model, on: data.test)
    expect count(data.test |> contributions(model)) > 0
}

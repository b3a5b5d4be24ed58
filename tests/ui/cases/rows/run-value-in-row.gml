use std.learn.{boosted_trees}

schema Visit { id visitor: str, pages: int, target bought: bool }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    let threshold = best_threshold(model, on: data.valid)
    let asked = data.test |> predict(model) |> filter(.score > threshold)
    expect count(asked |> filter(.score > model)) > 0
    expect count(asked |> filter(.score > data)) > 0
    expect count(asked |> filter(.score > best_threshold(model, on: data.valid))) > 0
    expect count(asked |> take(count(asked))) > 0
}

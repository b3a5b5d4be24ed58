use std.learn.{boosted_trees}

schema Visit { id visitor: str, pages: int, target bought: bool }
schema Scored { id visitor: str, score: float }

catalog { visits: table[Visit] = csv("visits.csv") }

node label_rows(rows: table[Scored], threshold: float) -> table { visitor: str, buys: bool } {
    rows |> select { visitor = .visitor, buys = .score >= threshold }
}

node best_of(rows: table[Scored], many: int, threshold: float) -> table { visitor: str, buys: bool } {
    let most = many + 1
    label_rows(rows |> top(most, by: .score), threshold: threshold)
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    let threshold = best_threshold(model, on: data.valid)
    let scored = data.test |> predict(model)
    expect count(label_rows(scored, threshold: threshold)) > 0
    expect count(best_of(scored, many: 3, threshold: threshold)) > 0
    expect count(best_of(scored, many: count(scored) // 10, threshold: threshold)) > 0
    run shown(above: threshold)
}

pipeline shown(above: float) {
    expect above > 0.0
}

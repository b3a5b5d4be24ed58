use std.learn.{blend, boosted_trees, logistic}
use std.prep.{one_hot}

schema Visit { group visitor: str, kind: enum["a", "b"], pages: int, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    matters: table { column: str, importance: float } = csv("matters.csv"),
}

pipeline looking {
    let data = visits |> split_group(by: [.visitor], train: 60%, test: 40%, seed: 1)
    let linear = fit(one_hot([.kind, .device]) >> logistic(), train: data.train)
    let trees = fit(boosted_trees(objective: binary, seed: 1), train: data.train)
    let both = blend([linear, trees])
    track explain(both, on: data.test)
    track explain(linear, on: data.test)
    save importance(linear, on: data.test, how: gain, seed: 1) as matters
    expect count(importance(both, on: data.test, how: gain, seed: 1)) > 0
    expect count(importance(both, on: data.test, how: permutation, seed: 1)) > 0
    expect count(importance(trees, on: data.test, how: gain, seed: 1)) > 0
}

use std.graph.{gru4rec, sequences}
use std.recommend.{item_knn, popularity, recommend}

schema Click { group session: int, id item: str, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
}

pipeline serving {
    let visits = clicks |> sequences(session: .session, item: .item, time: .at)
    let model = fit(popularity(), train: visits)
    expect count(visits |> recommend(model, k: 20, device: cuda)) > 0
    expect count(visits |> recommend(model, k: 20, device: cpu)) > 0
    for learner in [item_knn(), gru4rec(seed: 1)] {
        expect count(visits |> recommend(fit(learner, train: visits), k: 20, device: cuda)) > 0
    }
}

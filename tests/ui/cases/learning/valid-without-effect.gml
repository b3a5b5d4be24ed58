use std.graph.{gru4rec, sequences}
use std.learn.{boosted_trees, logistic, tune}
use std.metrics.{auc, hit_rate}
use std.prep.{scale}
use std.recommend.{als, item_knn, popularity}

schema Visit { id visitor: str, pages: float, target bought: bool }
schema Click { group session: int, id item: str, time at: timestamp }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    clicks: table[Click] = csv("clicks.csv"),
}

pipeline of_rows {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: binary, seed: 1)
    let until = tune(trees, train: data.train, valid: data.valid, maximize: auc, trials: 9, seed: 1, over: { stop_after: 5..20 })
    let deep = tune(trees, train: data.train, valid: data.valid, maximize: auc, trials: 9, seed: 1, over: { depth: 2..20 })
    let scaled = fit(scale([.pages]), train: data.train, valid: data.valid)
    expect count(data.test |> apply(scaled)) > 0
    track evaluate(fit(scale([.pages]) >> logistic(), train: data.train, valid: data.valid), on: [data.test], metrics: [auc])
    track evaluate(fit(scale([.pages]) >> trees, train: data.train, valid: data.valid), on: [data.test], metrics: [auc])
    track evaluate(fit(deep, train: data.train, valid: data.valid), on: [data.test], metrics: [auc])
    track evaluate(fit(scale([.pages]) >> until, train: data.train, valid: data.valid), on: [data.test], metrics: [auc])
    track evaluate(fit(trees, train: data.train, valid: null), on: [data.test], metrics: [auc])
}

pipeline of_sequences {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(valid: last(7d), test: last(7d))
    track evaluate(fit(item_knn(), train: data.train, valid: data.valid), on: [data.test], metrics: [hit_rate(20)])
    track evaluate(fit(gru4rec(seed: 1), train: data.train, valid: data.valid), on: [data.test], metrics: [hit_rate(20)])
    for rival in [popularity(), als(seed: 1)] {
        track evaluate(fit(rival, train: data.train, valid: data.valid), on: [data.test], metrics: [hit_rate(20)])
    }
    for rival in [popularity(), gru4rec(seed: 1)] {
        track evaluate(fit(rival, train: data.train, valid: data.valid), on: [data.test], metrics: [hit_rate(20)])
    }
}

use std.graph.{sequences}
use std.learn.{tune}
use std.metrics.{auc}
use std.recommend.{item_knn}

schema Click { group session: int, id item: str, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(valid: last(7d))
    let best = tune(item_knn(), train: data.train, valid: data.valid, maximize: auc, trials: 5, seed: 1, over: { decay: 0.0..1.0 })
    save fit(best, train: data.train) as next_item
}

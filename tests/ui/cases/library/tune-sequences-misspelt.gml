use std.graph.{sequences, sr_gnn}
use std.learn.{tune}
use std.metrics.{mrr}

schema Click { group session: int, id item: str, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(valid: last(7d))
    let best = tune(sr_gnn(seed: 1), train: data.train, valid: data.valid, maximize: mrr(20), trials: 5, seed: 1, over: { dimensions: 16..256 })
    save fit(best, train: data.train) as next_item
}

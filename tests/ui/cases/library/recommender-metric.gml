use std.metrics.{auc}
use std.recommend.{item_knn}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
}

pipeline p {
    let d = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
    track evaluate(fit(item_knn(), train: d.train), on: [d.test], metrics: [auc])
}

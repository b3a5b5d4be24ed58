use std.graph.{sequences}
use std.metrics.{recall}
use std.recommend.{item_knn}

schema Click { group session: int, id item: str, time at: timestamp }

catalog { clicks: table[Click] = csv("clicks.csv") }

pipeline judging {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
    track evaluate(fit(item_knn(), train: data.train), on: [data.test], metrics: [recall])
}

use std.recommend.{item_knn}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    let d = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d))
    save fit(item_knn(), train: d.test) as next_item
}

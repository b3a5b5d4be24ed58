use std.recommend.{item_knn, recommend}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
}

pipeline p {
    expect count(clicks |> sequences(session: .session, item: .item, time: .at) |> recommend(item_knn(), k: 5)) > 0
}

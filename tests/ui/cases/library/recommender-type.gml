use std.recommend.{item_knn}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
}

catalog { other: recommender[int] = artifact("other") }
pipeline p {
    save fit(item_knn(), train: clicks |> sequences(session: .session, item: .item, time: .at)) as other
}

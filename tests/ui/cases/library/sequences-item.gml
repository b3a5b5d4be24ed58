use std.recommend.{item_knn}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    save fit(item_knn(), train: clicks |> sequences(session: .session, item: .itm, time: .at)) as next_item
}

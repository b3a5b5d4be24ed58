use std.recommend.{item_knn}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    save fit(item_knn(), train: clicks) as next_item
}

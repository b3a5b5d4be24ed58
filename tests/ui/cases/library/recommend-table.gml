use std.recommend.{recommend}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    expect count(clicks |> recommend(next_item, k: 5)) > 0
}

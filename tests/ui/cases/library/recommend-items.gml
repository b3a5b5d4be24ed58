use std.recommend.{recommend}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    next_item: recommender[str] = artifact("next_item"),
}

pipeline p {
    expect count(clicks |> sequences(session: .session, item: .page, time: .at) |> recommend(next_item, k: 5)) > 0
}

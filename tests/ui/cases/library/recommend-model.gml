use std.recommend.{recommend}
use std.graph.{sequences}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }
schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    propensity: model[Visit -> Probability] = artifact("propensity"),
}

pipeline p {
    expect count(clicks |> sequences(session: .session, item: .item, time: .at) |> recommend(propensity, k: 5)) > 0
}

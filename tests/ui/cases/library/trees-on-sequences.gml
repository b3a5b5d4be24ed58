use std.learn.{boosted_trees}
use std.graph.{sequences}

schema Click { group session: int, id item: str, id page: int, time at: timestamp }

catalog {
    clicks: table[Click] = csv("clicks.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    save fit(boosted_trees(objective: binary), train: clicks |> sequences(session: .session, item: .item, time: .at)) as kept
}

use std.learn.{logistic}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    kept: model = artifact("kept"),
}

pipeline p {
    save fit(logistic(), train: visits |> drop([.device]) |> derive { bought = .pages }) as kept
}

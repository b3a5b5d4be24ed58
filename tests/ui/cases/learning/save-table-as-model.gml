use std.learn.{boosted_trees}
use std.metrics.{auc}

schema Visit { id visitor: str, id day: date, pages: int, os: category?, age: float?, target bought: bool }

catalog { visits: table[Visit] = parquet("visits.parquet"), buyer: model = artifact("buyer") }

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    save data.train as buyer
    track evaluate(fit(boosted_trees(objective: binary), train: data.train), on: [data.test], metrics: [auc])
}

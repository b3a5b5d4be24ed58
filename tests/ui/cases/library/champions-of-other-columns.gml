use std.learn.{boosted_trees}
use std.metrics.{auc}
use std.monitor.{promote}

schema Visit { id visitor: str, pages: int, spent: float, target bought: bool }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    champion: model      = artifact("champion", versioned: true),
    single: model        = artifact("single"),
}

pipeline training {
    save fit(boosted_trees(objective: binary), train: visits |> drop([.spent])) as champion
    save fit(boosted_trees(objective: binary), train: visits) as single
}
allow(judged_on_train)
pipeline again {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let challenger = fit(boosted_trees(objective: binary), train: data.train)
    save challenger as champion
    save promote(challenger, over: single, on: data.test, metric: auc) as single
}

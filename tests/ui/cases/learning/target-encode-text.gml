use std.prep.{one_hot, target_encode}
use std.learn.{automl, boosted_trees}
use std.metrics.{log_loss}

schema Visit { id visitor: str, pages: int, tags: list[str], os: category?, target kind: category }

schema Stay { id visitor: str, pages: int, target until: date }

catalog {
    visits: table[Visit] = parquet("visits.parquet"),
    stays: table[Stay]   = parquet("stays.parquet"),
    kinds: model         = artifact("kinds"),
    ends: model          = artifact("ends"),
}

pipeline training {
    let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
    let recipe = target_encode([.os], seed: 1) >> one_hot([.tags])
    save fit(recipe >> boosted_trees(objective: multiclass), train: data.train) as kinds
}

pipeline found {
    let data = stays |> split_random(train: 60%, valid: 40%, seed: 1)
    save automl(train: data.train, valid: data.valid, minimize: log_loss, budget: 10s, seed: 1).model as ends
}

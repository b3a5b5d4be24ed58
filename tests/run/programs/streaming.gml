use std.prep.{impute, one_hot}
use std.learn.{boosted_trees}

schema Visit {
    id visitor: int,
       pages: int?,
       spent: float in 0.0..1_000.0,
       device: category,
}

catalog {
    labelled: table { id visitor: int, pages: int?, spent: float, device: category, target bought: bool } = parquet(
        "labelled.parquet",
    ),
    visits: table[Visit]       = parquet("visits/*.parquet"),
    one_file: table[Visit]     = csv("visits.csv"),
    propensity: model          = artifact("propensity"),
    scored: table[Scored]      = parquet("scored.parquet"),
    whole: table[Scored]       = parquet("whole.parquet"),
    scored_text: table[Scored] = csv("scored.csv"),
    whole_text: table[Scored]  = csv("whole.csv"),
}

schema Scored {
    id visitor: int,
       score: float in 0.0..1.0,
       calibrated: float in 0.0..1.0,
       promising: bool,
}

node promising(scored: table { visitor: int, score: float, calibrated: float, .. }) -> table {
    scored
        |> derive { promising = .calibrated >= 0.3 }
        |> select([.visitor, .score, .calibrated, .promising])
}

pipeline training {
    let data = labelled |> split_random(train: 70%, valid: 30%, seed: 1)
    let trees = boosted_trees(objective: binary, rounds: 5, leaves: 7)
    let model = fit(impute(mean, [.pages]) >> one_hot([.device]) >> trees, train: data.train)
    save calibrate(model, on: data.valid, method: sigmoid) as propensity
}

pipeline scoring {
    save promising(visits |> filter(.spent > 10.0) |> predict(propensity)) as scored
}

pipeline scoring_text {
    save promising(one_file |> filter(.spent > 10.0) |> predict(propensity)) as scored_text
}

## The expectations need all rows, so that the tables are held in memory.
pipeline at_once {
    let rows = promising(visits |> filter(.spent > 10.0) |> predict(propensity))
    expect count(rows) > 0
    save rows as whole
    let texts = promising(one_file |> filter(.spent > 10.0) |> predict(propensity))
    expect count(texts) > 0
    save texts as whole_text
}

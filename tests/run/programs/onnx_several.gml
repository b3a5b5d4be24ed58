use std.prep.{impute, one_hot}
use std.learn.{blend, boosted_trees, logistic}

schema Session {
    id     visitor: str,
    id     session: int,
    id     date: date,
    time   started_at: timestamp,
           device: category,
           is_mobile: bool,
           os: category?,
           browser: category?,
           country: category?,
           city: category?,
           source: category?,
           medium: category?,
           campaign: category?,
           is_first_visit: bool,
           visits_before: int,
           page_views_before: int,
           products_before: int,
           carts_before: int,
           days_since_last: float?,
    target added_to_cart: bool,
}

schema Ranked {
    id     visitor: str,
    group  bucket: str,
           device: category,
           visits_before: int,
           days_since_last: float?,
    target grade: int,
}

schema Visit {
    id     visitor: str,
           device: category,
           is_first_visit: bool,
           visits_before: int,
           days_since_last: float?,
    target added_to_cart: bool,
}

catalog {
    sessions: table[Session]                = parquet("data/03_primary/sessions.parquet"),
    blended: model                          = artifact("models/blended"),
    blended_scores: table { visitor: str, .. } = parquet("scores/blended.parquet"),
    by_sums: model                          = artifact("models/by_sums"),
    by_trees: model                         = artifact("models/by_trees"),
    # What a test writes: a mean of the two.
    mean: model[Visit -> Probability]       = artifact("models/mean"),
    mean_again: model                       = artifact("models/mean_again"),
    mean_scores: table { visitor: str, .. } = parquet("scores/mean_again.parquet"),
}

node ranked(sessions: table[Session]) -> table[Ranked] {
    sessions
        |> derive {
            bucket = match .session % 5 { 0 => "Zürich", 1 => "Ōsaka", 2 => "", 3 => "Wien", _ => "日本" },
            grade  = if .added_to_cart then 2 else if .page_views_before > 0 then 1 else 0,
        }
        |> select([.visitor, .bucket, .device, .visits_before, .days_since_last, .grade])
}

node visits(sessions: table[Session]) -> table[Visit] {
    sessions |> select([.visitor, .device, .is_first_visit, .visits_before, .days_since_last, .added_to_cart])
}

pipeline rankings {
    let rows = ranked(sessions)
    let few = fit(boosted_trees(objective: lambdarank, rounds: 20, leaves: 7), train: rows)
    let many = fit(boosted_trees(objective: lambdarank, rounds: 10), train: rows)
    let model = blend([few, many], weights: [1.0, 2.5])
    save model as blended
    save rows |> predict(model) as blended_scores
}

pipeline parts {
    let rows = visits(sessions)
    let recipe = impute(median, [.days_since_last]) >> one_hot([.device])
    save fit(recipe >> logistic(), train: rows) as by_sums
    save fit(boosted_trees(objective: binary, rounds: 20), train: rows) as by_trees
}

pipeline means {
    save mean as mean_again
    save visits(sessions) |> predict(mean) as mean_scores
}

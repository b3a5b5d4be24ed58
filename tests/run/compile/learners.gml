use std.prep.{impute, one_hot, scale}
use std.learn.{boosted_trees, elastic_net, logistic, ridge}
use std.features.{select_features}

schema Visit {
    id     visitor: str,
           device: category,
           is_first_visit: bool,
           visits_before: int,
           days_since_last: float?,
    target page_views_before: int,
}

schema Kind {
    id     visitor: str,
           is_first_visit: bool,
           visits_before: int,
           page_views_before: int,
           days_since_last: float?,
    target device: category,
}

schema Ranked {
    id     visitor: str,
    group  bucket: int,
           device: category,
           visits_before: int,
           days_since_last: float?,
    target grade: int,
}

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

catalog {
    sessions: table[Session]                  = parquet("data/03_primary/sessions.parquet"),
    ridge_model: model                        = artifact("models/ridge"),
    ridge_scores: table { visitor: str, .. }  = parquet("scores/ridge.parquet"),
    net_model: model                          = artifact("models/net"),
    net_scores: table { visitor: str, .. }    = parquet("scores/net.parquet"),
    kinds_model: model                        = artifact("models/kinds"),
    kinds_scores: table { visitor: str, .. }  = parquet("scores/kinds.parquet"),
    ranks_model: model                        = artifact("models/ranks"),
    ranks_scores: table { visitor: str, .. }  = parquet("scores/ranks.parquet"),
    chosen_model: model                       = artifact("models/chosen"),
    chosen_scores: table { visitor: str, .. } = parquet("scores/chosen.parquet"),
}

node visits(sessions: table[Session]) -> table[Visit] {
    sessions |> select([.visitor, .device, .is_first_visit, .visits_before, .days_since_last, .page_views_before])
}

node kinds(sessions: table[Session]) -> table[Kind] {
    sessions |> select([.visitor, .is_first_visit, .visits_before, .page_views_before, .days_since_last, .device])
}

node ranked(sessions: table[Session]) -> table[Ranked] {
    sessions
        |> derive {
            bucket = .session % 500,
            grade = if .added_to_cart then 2 else if .page_views_before > 0 then 1 else 0,
        }
        |> select([.visitor, .bucket, .device, .visits_before, .days_since_last, .grade])
}

pipeline sums {
    let rows = visits(sessions)
    let recipe = impute(median, [.days_since_last]) >> one_hot([.device]) >> scale([.visits_before], how: robust)
    let by_ridge = fit(recipe >> ridge(l2: 2.0), train: rows)
    save by_ridge as ridge_model
    save rows |> predict(by_ridge) as ridge_scores
    let by_net = fit(recipe >> elastic_net(penalty: 0.01), train: rows)
    save by_net as net_model
    save rows |> predict(by_net) as net_scores
}

pipeline classes {
    let data = kinds(sessions) |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let recipe = impute(mean, [.days_since_last]) >> scale([.visits_before, .page_views_before], how: minmax)
    let model = fit(recipe >> logistic(objective: multiclass), train: data.train)
    let calibrated = calibrate(model, on: data.valid, method: isotonic)
    save calibrated as kinds_model
    save data.test |> predict(calibrated) as kinds_scores
}

pipeline ranking {
    let rows = ranked(sessions)
    let model = fit(boosted_trees(objective: lambdarank, rounds: 10), train: rows)
    save model as ranks_model
    save rows |> predict(model) as ranks_scores
}

pipeline selection {
    let rows = visits(sessions)
    let recipe = impute(mean, [.days_since_last]) >> one_hot([.device]) >> select_features(keep: 3, seed: 1)
    let model = fit(recipe >> boosted_trees(objective: regression, rounds: 10), train: rows)
    save model as chosen_model
    save rows |> predict(model) as chosen_scores
}

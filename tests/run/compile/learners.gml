use std.prep.{hash, impute, one_hot, scale, text_counts}
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

schema Written {
    id     visitor: str,
           day: date,
           began: timestamp,
           returned: timestamp?,
           stayed: duration?,
           share: float,
           days_since_last: float?,
    target page_views_before: int,
}

schema Told {
    id     visitor: str,
           about: str?,
           campaign: category?,
           visits_before: int,
    target page_views_before: int,
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
    written_model: model                      = artifact("models/written"),
    written_scores: table { visitor: str, .. } = parquet("scores/written.parquet"),
    told_model: model                         = artifact("models/told"),
    told_scores: table { visitor: str, .. }   = parquet("scores/told.parquet"),
    sums_model: model                         = artifact("models/sums"),
    sums_scores: table { visitor: str, .. }   = parquet("scores/sums.parquet"),
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

node written(sessions: table[Session]) -> table[Written] {
    sessions
        |> derive {
            # Days before 1970 and leap days among them.
            day = @1600-02-20 + 1d * (.session % 150_000),
            began = .started_at,
            returned = if .visits_before > 0 then .started_at else null,
            stayed = if .visits_before > 0 then .started_at - @2020-12-01T00:00:00Z else null,
            share = (.session % 1000) / 7000.0 - 0.01,
        }
        |> select([.visitor, .day, .began, .returned, .stayed, .share, .days_since_last, .page_views_before])
}

# Words of several columns, and no text at all in some rows.
node told(sessions: table[Session]) -> table[Told] {
    sessions
        |> derive { about = if .session % 3 == 0 then null else concat(.city ?? "", concat(" / ", .country ?? "")) }
        |> select([.visitor, .about, .campaign, .visits_before, .page_views_before])
}

pipeline hashes {
    let rows = written(sessions)
    let recipe = hash([.day, .began, .returned, .stayed, .share, .days_since_last], buckets: 8)
    let model = fit(recipe >> boosted_trees(objective: regression, rounds: 40, min_rows: 5), train: rows)
    save model as written_model
    save rows |> predict(model) as written_scores
}

pipeline words {
    let rows = told(sessions)
    let recipe = impute("Wien und Graz", [.about]) >> text_counts([.about, .campaign], words: 200)
    let model = fit(recipe >> boosted_trees(objective: regression), train: rows)
    save model as told_model
    save rows |> predict(model) as told_scores
    let sums = fit(text_counts([.about, .campaign], words: 50) >> ridge(), train: rows)
    save sums as sums_model
    save rows |> predict(sums) as sums_scores
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

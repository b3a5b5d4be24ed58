use std.prep.{
    binary, bucketize, clip, date_parts, hash, impute, log, one_hot, ordinal, quantile_bin, scale, target_encode,
    text_counts,
}
use std.learn.{boosted_trees, logistic}

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
    sessions: table[Session]                = parquet("data/03_primary/sessions.parquet"),
    carts: model                            = artifact("models/carts"),
    cart_scores: table { visitor: str, .. } = parquet("scores/carts.parquet"),
    devices: model                          = artifact("models/devices"),
    device_scores: table { visitor: str, .. } = parquet("scores/devices.parquet"),
    chances: model                          = artifact("models/chances"),
    chance_scores: table { visitor: str, .. } = parquet("scores/chances.parquet"),
    views: model                            = artifact("models/views"),
    view_scores: table { visitor: str, .. } = parquet("scores/views.parquet"),
    parts: model                            = artifact("models/parts"),
    part_scores: table { visitor: str, .. } = parquet("scores/parts.parquet"),
    hashed: model                           = artifact("models/hashed"),
    hashed_scores: table { visitor: str, .. } = parquet("scores/hashed.parquet"),
    counted: model                          = artifact("models/counted"),
    counted_scores: table { visitor: str, .. } = parquet("scores/counted.parquet"),
    worded: model                           = artifact("models/worded"),
    worded_scores: table { visitor: str, .. } = parquet("scores/worded.parquet"),
    unwritten: model                        = artifact("models/unwritten"),
}

pipeline propensity {
    let data = sessions |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let recipe = impute(mean, [.days_since_last])
              >> impute("UNKNOWN", [.campaign])
              >> one_hot([.device, .os, .is_mobile])
              >> ordinal([.country, .city, .campaign, .visits_before])
              >> scale([.page_views_before], how: standard)
    let model = fit(recipe >> boosted_trees(objective: binary, rounds: 30), train: data.train)
    let calibrated = calibrate(model, on: data.valid, method: isotonic)
    save calibrated as carts
    save data.test |> predict(calibrated) as cart_scores
}

pipeline sums {
    let data = sessions |> split_random(train: 80%, test: 20%, seed: 1)
    let recipe = target_encode([.country, .city, .campaign, .visits_before], seed: 1)
              >> impute(median, [.days_since_last])
              >> log([.days_since_last, .page_views_before])
              >> clip([.products_before], low: 1%, high: 95%)
              >> one_hot([.device, .os, .browser, .source, .medium])
    let model = fit(recipe >> logistic(l2: 10.0), train: data.train)
    save model as chances
    save data.test |> predict(model) as chance_scores
}

schema Device {
    id     visitor: str,
           os: category?,
           country: category?,
           medium: category?,
           is_first_visit: bool,
           visits_before: int,
           days_since_last: float?,
    target device: category,
}

schema Views {
    id     visitor: str,
           device: category,
           city: category?,
           is_first_visit: bool,
           visits_before: int,
           days_since_last: float?,
    target page_views_before: int,
}

node by_device(sessions: table[Session]) -> table[Device] {
    sessions |> select([.visitor, .os, .country, .medium, .is_first_visit, .visits_before, .days_since_last, .device])
}

node by_views(sessions: table[Session]) -> table[Views] {
    sessions
        |> select([.visitor, .device, .city, .is_first_visit, .visits_before, .days_since_last, .page_views_before])
}

pipeline classes {
    let data = by_device(sessions) |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let model = fit(boosted_trees(objective: multiclass, rounds: 10), train: data.train)
    let calibrated = calibrate(model, on: data.valid, method: sigmoid)
    save calibrated as devices
    save data.test |> predict(calibrated) as device_scores
}

pipeline numbers {
    let data = by_views(sessions) |> split_random(train: 80%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: regression, rounds: 20, row_fraction: 0.7, seed: 3)
    let model = fit(trees, train: data.train)
    save model as views
    save data.test |> predict(model) as view_scores
}

schema Begun {
    id     visitor: str,
           day: date,
           began: timestamp,
           returned: timestamp?,
           is_mobile: bool,
           city: category?,
           visits_before: int,
           page_views_before: int,
           days_since_last: float?,
    target added_to_cart: bool,
}

node with_moments(sessions: table[Session]) -> table[Begun] {
    sessions
        |> derive {
            # Days before 1970 and leap days among them.
            day = @1600-02-20 + 1d * (.session % 150_000),
            began = .started_at,
            returned = if .visits_before > 0 then .started_at else null,
        }
        |> select([
            .visitor,
            .day,
            .began,
            .returned,
            .is_mobile,
            .city,
            .visits_before,
            .page_views_before,
            .days_since_last,
            .added_to_cart,
        ])
}

pipeline moments {
    let data = with_moments(sessions) |> split_random(train: 80%, test: 20%, seed: 1)
    let recipe = binary([.city, .is_mobile])
              >> bucketize([.visits_before], bounds: [1.0, 2.0, 5.0])
              >> quantile_bin([.page_views_before, .days_since_last], n: 8)
              >> date_parts([.day, .began, .returned])
    let model = fit(recipe >> boosted_trees(objective: binary, rounds: 60, leaves: 63, min_rows: 3), train: data.train)
    save model as parts
    save data.test |> predict(model) as part_scores
}

pipeline hashes {
    let data = by_views(sessions) |> split_random(train: 80%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: regression, rounds: 40, min_rows: 5)
    let model = fit(hash([.city, .device], buckets: 16) >> trees, train: data.train)
    save model as hashed
    save data.test |> predict(model) as hashed_scores
}

schema Counted {
    id     visitor: str,
           is_first_visit: bool,
           visits_before: int,
           carts_before: int?,
           days_since_last: float?,
    target page_views_before: int,
}

node by_counts(sessions: table[Session]) -> table[Counted] {
    sessions
        |> derive { carts_before = if .visits_before > 0 then .carts_before - 1 else null }
        |> select([
            .visitor,
            .is_first_visit,
            .visits_before,
            .carts_before,
            .days_since_last,
            .page_views_before,
        ])
}

pipeline hashes_of_counts {
    let data = by_counts(sessions) |> split_random(train: 80%, test: 20%, seed: 1)
    let trees = boosted_trees(objective: regression, rounds: 40, min_rows: 5)
    let recipe = hash([.is_first_visit, .visits_before, .carts_before], buckets: 8)
    let model = fit(recipe >> trees, train: data.train)
    save model as counted
    save data.test |> predict(model) as counted_scores
}

pipeline words {
    let data = by_views(sessions) |> split_random(train: 80%, test: 20%, seed: 1)
    let recipe = text_counts([.city, .device], words: 200) >> log([.visits_before])
    let model = fit(recipe >> boosted_trees(objective: regression), train: data.train)
    save model as worded
    save data.test |> predict(model) as worded_scores
}

# How a float is written is another thing in ONNX.
pipeline hashes_of_floats {
    let recipe = hash([.days_since_last], buckets: 4)
    let model = fit(recipe >> boosted_trees(objective: regression, rounds: 2), train: by_counts(sessions))
    save model as unwritten
}

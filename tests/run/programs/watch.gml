use std.prep.{impute, one_hot, ordinal}
use std.learn.{boosted_trees}
use std.metrics.{auc}
use std.monitor.{drift, promote}

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

schema Scored { id visitor: str, id session: int, score: float in 0.0..1.0 }

catalog {
    sessions: table[Session]   = parquet("data/03_primary/sessions.parquet"),
    ## The visits of some later days.
    lately: table[Session]     = parquet("lately.parquet"),
    ## The model that is in use.
    champion: model            = artifact("champion", versioned: true),
    predictions: table[Scored] = parquet("predictions.parquet"),
}

pipeline training {
    let data = sessions
        |> split_time(by: .date, train: @2020-12-19..@2021-01-03, test: @2021-01-04..@2021-01-06)
    let recipe = impute(mean, [.days_since_last])
              >> impute("UNKNOWN", [.campaign])
              >> one_hot([.device, .os, .browser, .source, .medium])
              >> ordinal([.country, .city, .campaign])
    save fit(recipe >> boosted_trees(objective: binary, rounds: 30, leaves: 7), train: data.train) as champion
}

## Scores are not given for rows unlike those that the model has learned from.
pipeline scoring {
    let shift = drift(reference: sessions, current: lately)
    expect shift.share_drifted <= 30%, "the traffic is another one: train again"
    save lately |> predict(champion) |> select([.visitor, .session, .score]) as predictions
}

## Where the traffic has moved, learn from the later days; the new model takes the place of the old one if it is better there.
pipeline watch {
    let shift = drift(reference: sessions, current: lately)
    track shift
    when shift.share_drifted > 30% {
        run again()
    }
}

pipeline again {
    let data = lately |> split_random(train: 70%, test: 30%, seed: 1)
    let recipe = impute(mean, [.days_since_last])
              >> impute("UNKNOWN", [.campaign])
              >> one_hot([.device, .os, .browser, .source, .medium])
              >> ordinal([.country, .city, .campaign])
    let challenger = fit(recipe >> boosted_trees(objective: binary, rounds: 30, leaves: 7), train: data.train)
    save promote(challenger, over: champion, on: data.test, metric: auc) as champion
}

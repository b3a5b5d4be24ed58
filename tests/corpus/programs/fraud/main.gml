## Card fraud: rules and a model side by side; the features are a module of their own.
use features.{Payment, Terminal, with_history, suspicious}
use std.prep.{impute, ordinal}
use std.learn.{boosted_trees}
use std.metrics.{auc, average_precision}

param root: str = "data"
param seed: int = 23
param alert_share: float = 0.01

schema Alert { id payment: int, time at: timestamp, score: float, by_rule: bool }

catalog {
    payments: table[Payment]   = parquet(f"{root}/payments/*.parquet"),
    terminals: table[Terminal] = csv(f"{root}/terminals.csv"),
    fraud: model               = artifact(f"{root}/models/fraud", versioned: true),
    alerts: table[Alert]       = parquet(f"{root}/alerts.parquet"),
}

pipeline training {
    let rows = with_history(payments, terminals)
    let data = rows |> split_time(by: .at, train: @2024-01-01T00:00:00Z..<@2024-05-01T00:00:00Z, valid: @2024-05-01T00:00:00Z..<@2024-06-01T00:00:00Z, test: @2024-06-01T00:00:00Z..<@2024-07-01T00:00:00Z)
    let recipe = impute(zero, [.mean_before, .hours_since]) >> impute("none", [.country]) >> ordinal([.country, .merchant])
    let learner = boosted_trees(objective: binary, stop_after: 20, positive_weight: 50.0, row_fraction: 0.8, seed: seed)
    let model = fit(recipe >> learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [auc, average_precision])
    save model as fraud
}

pipeline alerting(day: date = @2024-07-01) {
    let today = with_history(payments, terminals) |> filter(.at.to_day() == day)
    let wanted = sample(today, fraction: alert_share, seed: seed)
    when count(wanted) > 0 {
        save today
            |> predict(fraud)
            |> derive { by_rule = suspicious(.amount, .mean_before, .is_night) }
            |> filter(.score > 0.8 or .by_rule)
            |> select([.payment, .at, .score, .by_rule])
            as alerts
    }
}

pipeline all {
    run training()
    run alerting(day: @2024-07-02)
}

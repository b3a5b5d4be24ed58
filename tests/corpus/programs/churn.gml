## Which customers of a phone company will leave within a month.
use std.prep.{impute, one_hot, ordinal, scale}
use std.learn.{boosted_trees}
use std.metrics.{auc, log_loss, brier}

param root: str = "data"
param seed: int = 7
param cut: float = 40%

schema Customer {
    id     customer: int,
    time   snapshot: date,
           plan: enum["prepaid", "basic", "family", "business"],
           region: category,
           age: int? in 0..120,
           tenure_months: int >= 0,
           monthly_fee: float > 0,
           calls_to_support: int,
           minutes_used: float?,
    target left: bool,
    unique [customer, snapshot],
}

schema AtRisk { id customer: int, score: float in 0.0..1.0, fee_at_stake: float }

catalog {
    customers: table[Customer] = parquet(f"{root}/customers.parquet", on_violation: drop),
    churn: model               = artifact(f"{root}/models/churn", versioned: true),
    at_risk: table[AtRisk]     = csv(f"{root}/out/at_risk.csv"),
}

fn per_month(total: float, months: int) -> float = if months == 0 then total else total / months

## What is said of a customer at a snapshot.
node describe(customers: table[Customer]) -> table {
    customers
        |> derive {
            support_rate = per_month(.calls_to_support, .tenure_months),
            heavy_user = .minutes_used > 600.0 ?? false,
            fee_band = if .monthly_fee < 15.0 then "low" else if .monthly_fee < 40.0 then "middle" else "high",
        }
        |> drop([.calls_to_support])
}

pipeline training {
    let described = describe(customers)
    let data = described
        |> split_time(by: .snapshot, train: @2023-01-01..@2023-09-30, valid: @2023-10-01..@2023-10-31, test: @2023-11-01..@2023-12-31)
    let recipe = impute(median, [.age, .minutes_used])
        >> scale([.monthly_fee, .minutes_used], how: robust)
        >> one_hot([.plan])
        >> ordinal([.region, .fee_band])
    let trees = boosted_trees(objective: binary, rounds: 400, stop_after: 25, leaves: 15, seed: seed)
    let model = fit(recipe >> trees, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [auc, log_loss, brier])
    save model as churn
}

pipeline scoring(day: date = @2024-01-31) {
    let today = customers |> filter(.snapshot == day)
    expect count(today) > 0, "no customer has a snapshot of that day"
    save describe(today)
        |> predict(churn)
        |> filter(.score >= cut)
        |> derive { fee_at_stake = .score * .monthly_fee }
        |> sort([desc(.fee_at_stake)])
        |> select([.customer, .score, .fee_at_stake])
        as at_risk
}

test "support calls are counted by the month" {
    expect per_month(6.0, 3) == 2.0
    expect per_month(6.0, 0) == 6.0
}

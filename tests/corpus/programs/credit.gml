## Who pays a loan back: several sources, weights, an env for the cloud.
use std.prep.{impute, ordinal}
use std.learn.{boosted_trees}
use std.metrics.{auc, average_precision, accuracy}

param root: str = "data"
param seed: int = 11
param years: range[int] = 2018..2022
param thresholds: list[float] = [0.3, 0.5, 0.7]

schema Loan {
    id     loan: str matches r"^L\d{6}$",
    id     person: int,
    time   granted: date,
           amount: float in 500.0..100_000.0,
           months: int in [12, 24, 36, 48, 60],
           purpose: enum["car", "house", "school", "other"],
    weight exposure: float > 0,
    target defaulted: bool,
    unique [loan],
}

schema Person {
    id person: int,
       income: float?,
       employed_since: date?,
       housing: enum["own", "rent", "family"]?,
       children: uint8,
       email: str? matches r"^[^@]+@[^@]+$",
    unique [person],
}

schema Payment { id loan: str, time due: date, paid: date?, amount: float }

catalog {
    loans: table[Loan]       = parquet(f"{root}/loans_*.parquet"),
    persons: table[Person]   = parquet(f"{root}/persons.parquet"),
    payments: table[Payment] = parquet(f"{root}/payments.parquet"),
    prepared: table { id loan: str, time granted: date, amount: float, months: int, purpose: enum["car", "house", "school", "other"], weight exposure: float, target defaulted: bool, income: float?, housing: category?, employed_days: float?, late_before: int?, burden: float? } = parquet(f"{root}/prepared.parquet"),
    scorecard: model         = artifact(f"{root}/models/scorecard", versioned: true),
}

## How often a person paid late before the loan was granted.
node late_payments(loans: table[Loan], payments: table[Payment]) -> table { id loan: str, late_before: int } {
    let late = payments |> filter(.paid > .due ?? true) |> join(loans |> select { loan = .loan, person = .person }, on: [.loan], expect: many_to_one)
    loans
        |> select([.loan, .person, .granted])
        |> join(late |> select([.person, .due]), on: [.person], how: left, expect: many_to_many)
        |> group(by: [.loan]) { late_before = count(where: .due < .granted) }
}

node prepare(loans: table[Loan], persons: table[Person], payments: table[Payment]) -> table {
    loans
        |> join(persons, on: [.person], how: left, expect: many_to_one)
        |> join(late_payments(loans, payments), on: [.loan], how: left, expect: one_to_one)
        |> derive {
            employed_days = .granted.days_since(.employed_since),
            burden = .amount / .months / (.income / 12.0),
            housing = .housing.to_category(),
        }
        |> drop([.person, .employed_since, .children, .email])
}

pipeline preparation {
    save prepare(loans |> filter(.granted.year() in years), persons, payments) as prepared
}

pipeline training {
    let data = prepared |> split_stratified(by: [.defaulted], train: 70%, valid: 10%, test: 20%, seed: seed)
    let recipe = impute(median, [.income, .employed_days, .burden]) >> impute("unknown", [.housing]) >> ordinal([.purpose, .housing])
    let learner = boosted_trees(objective: binary, stop_after: 30, positive_weight: 4.0, column_fraction: 0.8, seed: seed)
    let model = fit(recipe >> learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [auc, average_precision])
    for threshold in thresholds {
        track evaluate(model, on: [data.test], metrics: [accuracy(threshold: threshold)])
    }
    save model as scorecard
}

env cloud {
    root = "s3://loans",
    years = 2015..2024,
    catalog.loans = parquet("s3://archive/loans_*.parquet"),
}

env trial extends cloud {
    seed = 1,
    thresholds = [0.5],
}

## Consumption of buildings: loops over horizons, pipelines that run others, resources by env.
use std.prep.{impute}
use std.learn.{boosted_trees}
use std.metrics.{mae, rmse}

param root: str = "data"
param seed: int = 31
param first_day: date = @2022-01-01
param learning_rates: list[float] = [0.05, 0.1]
param trial: bool = false

schema Meter {
    id     building: int,
    time   day: date,
           meter: enum["power", "heat", "water"],
           reading: float >= 0,
           estimated: bool,
}

schema Building { id building: int, use_of: category, surface: int > 0, floors: int?, year: int16?, site: uint8, unique [building] }

schema Degree { site: uint8, day: date, degree: float?, clouds: int8? }

schema Usage { id building: int, time day: date, target used: float }

catalog {
    meters: table[Meter]       = parquet(f"{root}/meters/*.parquet"),
    buildings: table[Building] = csv(f"{root}/buildings.csv"),
    degrees: table[Degree]     = csv(f"{root}/degrees.csv"),
    usage: table[Usage]        = parquet(f"{root}/usage.parquet"),
    forecast: model            = artifact(f"{root}/models/forecast"),
}

## Readings to consumption: the difference to the day before.
node consumption(meters: table[Meter], kind: enum["power", "heat", "water"]) -> table[Usage] {
    meters
        |> filter(.meter == kind and not .estimated)
        |> derive(over: [.building], order: [.day]) { used = difference(.reading) }
        |> filter(.used is not null and .used >= 0.0)
        |> select { building = .building, day = .day, used = .used }
}

node rows(usage: table[Usage], buildings: table[Building], degrees: table[Degree]) -> table {
    let known = buildings |> derive { by_floor = .surface / (.floors ?? 1) } |> drop([.floors])
    usage
        |> join(known, on: [.building], how: inner, expect: many_to_one)
        |> join(degrees, on: [.site, .day], how: left, expect: many_to_one)
        |> derive { cold = clip(18.0 - .degree, 0.0, 40.0), is_weekend = .day.weekday() > 5, age = 2024 - .year }
        |> derive(over: [.building], order: [.day]) { degree = last_known(.degree) }
        |> drop([.site])
}

pipeline preparation {
    save consumption(meters, "power") |> filter(.day >= first_day) as usage
}

pipeline training {
    let data = rows(usage, buildings, degrees) |> split_time(by: .day, train: @2022-01-01..@2023-06-30, valid: @2023-07-01..@2023-08-31, test: @2023-09-01..@2023-12-31)
    let recipe = impute(median, [.degree, .clouds, .cold, .age, .year])
    for rate in learning_rates {
        let tried = fit(recipe >> boosted_trees(objective: regression, learning_rate: rate, rounds: 50, seed: seed), train: data.train)
        track evaluate(tried, on: [data.valid], metrics: [mae])
    }
    let learner = boosted_trees(objective: regression, rounds: if trial then 10 else 500, stop_after: 10, seed: seed)
    let model = fit(recipe >> learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [mae, rmse])
    save model as forecast
}

pipeline all {
    run preparation()
    expect count(usage) > 0, "there is nothing to learn from"
    run training()
}

env server {
    root = "/srv/energy",
    first_day = @2020-01-01,
    learning_rates = [0.01, 0.02, 0.05],
}

env quick extends server {
    trial = true,
    seed = 1,
}

test "consumption is the difference of readings" {
    let meters = table[Meter] [
        { building: 1, day: @2022-01-01, meter: "power", reading: 10.0, estimated: false },
        { building: 1, day: @2022-01-02, meter: "power", reading: 12.5, estimated: false },
        { building: 1, day: @2022-01-02, meter: "heat", reading: 99.0, estimated: false },
    ]
    expect first(consumption(meters, "power")).used == 2.5
    expect count(consumption(meters, "heat")) == 0
}

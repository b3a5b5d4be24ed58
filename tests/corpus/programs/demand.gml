## Tomorrow's demand of each bakery product: a regression on calendar, weather and the days before.
use std.prep.{impute, one_hot}
use std.learn.{boosted_trees}
use std.metrics.{rmse, mae}

param root: str = "data"
param seed: int = 3
param horizon: duration = 28d

schema Sold {
    id     product: str,
    time   day: date,
           promoted: bool,
    target pieces: int >= 0,
    unique [product, day],
}

schema Weather { time day: date, station: str, temperature: float?, rain: float, wind: float? }

catalog {
    sold: table[Sold]       = parquet(f"{root}/sold.parquet"),
    weather: table[Weather] = csv(f"{root}/weather.csv", nulls: ["", "NA"]),
    demand: model           = artifact(f"{root}/models/demand"),
    plan: table { id product: str, time day: date, value: float, bake: int? } = csv(f"{root}/plan.csv"),
}

fn season(month: int) -> str =
    match month {
        12 | 1 | 2 => "winter",
        3..5 => "spring",
        6..8 => "summer",
        _ => "autumn",
    }

## One weather a day: the mean of all stations.
node daily_weather(weather: table[Weather]) -> table { day: date, temperature: float?, rain: float } {
    weather |> group(by: [.day]) { temperature = mean(.temperature), rain = mean(.rain) }
}

## What is known the evening before.
node features(sold: table[Sold], weather: table[Weather]) -> table {
    sold
        |> derive(over: [.product], order: [.day], rows: before) {
            week_mean = mean(.pieces, last: 7d),
            month_max = max(.pieces, last: 28d),
            days_sold = count(),
        }
        |> derive(over: [.product], order: [.day]) { yesterday = lag(.pieces), week_ago = lag(.pieces, 7) }
        |> join(daily_weather(weather), on: [.day], how: left, expect: many_to_one)
        |> derive { weekday = .day.weekday(), season = season(.day.month()), is_hot = .temperature >= 25.0 ?? false }
}

pipeline training {
    let rows = features(sold, weather) |> filter(.days_sold > 0)
    let data = rows |> split_time(by: .day, valid: last(14d), test: last(28d))
    let recipe = impute(mean, [.temperature, .rain]) >> impute(zero, [.week_mean, .yesterday, .week_ago]) >> one_hot([.season])
    let learner = boosted_trees(objective: regression, rounds: 300, stop_after: 20, learning_rate: 0.05, depth: 6, seed: seed)
    let model = fit(recipe >> learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [rmse, mae])
    save model as demand
}

pipeline planning(day: date = @2024-05-01) {
    let recent = sold |> filter(.day >= day - horizon and .day <= day)
    save features(recent, weather)
        |> filter(.day == day)
        |> predict(demand)
        |> derive { bake = to_whole(ceil(greatest(.value, 0.0) * 1.1)) }
        |> select([.product, .day, .value, .bake])
        as plan
}

test "seasons" {
    expect season(1) == "winter"
    expect season(7) == "summer" and season(10) == "autumn"
}

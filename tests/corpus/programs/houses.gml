## Prices of houses: open rows, a foreign node, a recipe fitted by itself.
use std.prep.{impute, one_hot, scale}
use std.learn.{boosted_trees}
use std.metrics.{rmse}

param root: str = "data"
param seed: int = 29
param city: str? = null

schema House {
    id     house: int,
           street: str,
           city: category,
           rooms: int in 1..30,
           surface: float in 10.0..2_000.0,
           garden: float?,
           energy: enum["A", "B", "C", "D", "E", "F", "G"]?,
           built: int?,
           listed: date,
    target price: float > 0,
}

schema Located { id house: int, distance: float, school: float? }

catalog {
    houses: table[House]    = csv(f"{root}/houses.csv", delimiter: "\t", nulls: ["", "-"]),
    prices: model           = artifact(f"{root}/models/prices"),
    estimates: table { id house: int, value: float, error: float } = csv(f"{root}/estimates.csv"),
}

## Distances to the centre and the next school, from the map.
node locate(houses: table { house: int, street: str, city: category }) -> table { house: int, distance: float, school: float?, .. } = python("features/locate.py", "locate")

node by_city(houses: table { city: category, price: float, .. }) -> table { city: category, dearest: float, n: int } {
    houses |> group(by: [.city]) { dearest = max(.price), n = count() }
}

node describe(houses: table[House], places: table[Located]) -> table {
    houses
        |> join(places, on: [.house], how: left, expect: one_to_one)
        |> derive {
            age = .listed.year() - .built,
            efficient = .energy in ["A", "B"] ?? false,
            surface_by_room = .surface / .rooms,
            has_garden = .garden is not null,
        }
        |> drop([.street, .listed, .built])
}

pipeline training {
    let places = locate(houses |> select([.house, .street, .city])) |> conform(Located)
    let wanted = if city is null then houses else houses |> filter(.city == city)
    let data = describe(wanted, places) |> split_random(train: 80%, valid: 10%, test: 10%, seed: seed)
    let recipe = impute(mean, [.garden, .distance, .school, .age]) >> impute("C", [.energy]) >> one_hot([.energy, .city])
    let learner = boosted_trees(objective: regression, rounds: 500, stop_after: 40, l2: 1.0, seed: seed)
    let model = fit(recipe >> learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [rmse])
    save model as prices
}

pipeline estimating {
    let places = locate(houses |> select([.house, .street, .city])) |> conform(Located)
    save describe(houses, places)
        |> predict(prices)
        |> derive { error = abs(.value - .price) }
        |> select([.house, .value, .error])
        as estimates
}

pipeline check {
    let scaling = fit(scale([.surface], how: minmax), train: houses)
    let scaled = houses |> apply(scaling)
    expect count(scaled |> filter(.surface > 1.0)) == 0
    expect first(by_city(houses) |> sort([desc(.dearest)])).n > 10, "the dearest city has few houses"
}

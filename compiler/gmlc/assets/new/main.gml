## Which species a flower is, told by the lengths of its leaves: a small whole program to begin with.
use std.learn.boosted_trees
use std.metrics.{accuracy, log_loss}

param seed: int = 42

## The irises that Anderson measured and Fisher published in 1936; lengths in centimetres.
schema Flower {
    target species: category,
           sepal_length: float > 0.0,
           sepal_width: float > 0.0,
           petal_length: float > 0.0,
           petal_width: float > 0.0,
}

schema Described {
    target species: category,
           sepal_length: float > 0.0,
           sepal_width: float > 0.0,
           petal_length: float > 0.0,
           petal_width: float > 0.0,
           petal_area: float > 0.0,
}

catalog {
    flowers: table[Flower] = csv("data/iris.csv"),
    species: model         = artifact("models/species", versioned: true),
}

## What a model is to know of a flower.
node describe(flowers: table[Flower]) -> table[Described] {
    flowers |> derive { petal_area = .petal_length * .petal_width }
}

## Learns from most flowers, and is judged by those that it has not seen.
pipeline training {
    let data = describe(flowers) |> split_stratified(by: [.species], train: 60%, valid: 20%, test: 20%, seed: seed)
    let trees = boosted_trees(objective: multiclass, rounds: 200, stop_after: 20, seed: seed)
    let model = trees |> fit(train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [accuracy, log_loss])
    save model as species
}

test "the area of a petal is its length times its width" {
    let flowers = table[Flower] [
        { species: "setosa", sepal_length: 5.0, sepal_width: 3.5, petal_length: 1.5, petal_width: 0.5 },
    ]
    expect first(describe(flowers)).petal_area == 0.75
}

use std.prep.{binary, hash, impute, log, one_hot, ordinal, scale, target_encode}
use std.learn.{boosted_trees, logistic}

schema Told {
    id     order: int,
           placed: timestamp?,
           sent: timestamp?,
           day: date?,
           at: time?,
           price: decimal[10, 2]?,
           small: float32?,
           tiny: float,
           grade: int16?,
           parts: uint32,
           is_gift: bool?,
           plan: enum["free", "paid", "trial"]?,
           city: category?,
           remark: category,
    target returned: bool,
}

schema Order {
    id     order: int,
           waited: duration?,
           day: date?,
           at: time?,
           price: decimal[10, 2]?,
           small: float32?,
           tiny: float,
           grade: int16?,
           parts: uint32,
           is_gift: bool?,
           plan: enum["free", "paid", "trial"]?,
           city: category?,
           remark: category,
    target returned: bool,
}

catalog {
    told: table[Told]                        = csv("orders.csv"),
    by_trees: model                          = artifact("models/by_trees"),
    scores_by_trees: table { order: int, .. } = parquet("scores/by_trees.parquet"),
    by_sums: model                           = artifact("models/by_sums"),
    scores_by_sums: table { order: int, .. } = parquet("scores/by_sums.parquet"),
}

node orders(told: table[Told]) -> table[Order] {
    told
        |> derive { waited = .sent - .placed, remark = if .remark == "nothing" then "" else .remark }
        |> drop([.placed, .sent])
}

# Columns as they are, and in steps that look their values up.
pipeline trees {
    let data = orders(told) |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let recipe = impute(0.1, [.small])
              >> impute(most_frequent, [.is_gift, .day])
              >> impute(zero, [.grade])
              >> ordinal([.day, .at])
              >> target_encode([.waited, .is_gift], seed: 1)
              >> hash([.grade, .parts], buckets: 6)
    let model = fit(recipe >> boosted_trees(objective: binary, rounds: 20, min_rows: 3), train: data.train)
    let calibrated = calibrate(model, on: data.valid, method: sigmoid)
    save calibrated as by_trees
    save orders(told) |> predict(calibrated) as scores_by_trees
}

pipeline sums {
    let data = orders(told) |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let recipe = impute("none", [.remark, .city])
              >> impute(median, [.price, .small, .grade])
              >> impute(true, [.is_gift])
              >> log([.tiny])
              >> scale([.tiny], how: robust)
              >> scale([.price, .small, .grade, .parts])
              >> one_hot([.plan, .remark, .day])
              >> binary([.city, .waited, .at])
    let model = fit(recipe >> logistic(), train: data.train)
    let calibrated = calibrate(model, on: data.valid, method: sigmoid)
    save calibrated as by_sums
    save orders(told) |> predict(calibrated) as scores_by_sums
}

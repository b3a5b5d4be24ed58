use std.prep.*
use std.metrics(auc)

param seed = 42

from std.learn import boosted_trees, tune

pipeline training() -> table {
    expect seed > 3
}

pipeline watch {
    total <- 3
    let a = 1
    a += 1
    when seed == 42: {
        track 1
    }
    let names: list<str> = ["a"]
    for name of names { track name }
    save total to totals
    x: int = 5
}

use std.prep.{date_parts, one_hot}

schema Visit { id visitor: str, day: date, day_month: int, kind: enum["a", "b"], kind_b: float }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline preparing {
    expect count(visits |> apply(fit(date_parts([.day]), train: visits))) > 0
    expect count(visits |> apply(fit(one_hot([.kind]), train: visits))) > 0
}

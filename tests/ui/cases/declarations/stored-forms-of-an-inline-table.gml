schema Visit { id visitor: str, day: date named "Day" }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    days: table { day: date named "Day" } = csv("days.csv"),
}

pipeline p { expect count(visits) > 0 }

test "days" {
    let days = table { visitor: str, day: date parsed "%d.%m.%Y" } [{ visitor: "a", day: @2021-01-01 }]
    expect count(days) == 1
}

test "visitors" {
    let visitors = table { visitor: str, unique [visitor] } [{ visitor: "a" }, { visitor: "b" }]
    expect count(visitors) == 2
}

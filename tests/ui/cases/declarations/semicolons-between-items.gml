schema Visit { pages: int; visitor: str; }

catalog { visits: table[Visit] = csv("visits.csv") }

pipeline watch {
    expect count(visits |> derive { more = .pages + 1; less = .pages - 1 }) > 0
}

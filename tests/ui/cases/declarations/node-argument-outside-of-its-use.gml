schema Visit { id visitor: str, pages: int }

catalog { visits: table[Visit] = csv("visits.csv"), few: table[Visit] = csv("few.csv") }

param many: int = -1

node first_of(rows: table[Visit], many: int) -> table[Visit] { rows |> take(many) }
node half_of(rows: table[Visit], share: float) -> table[Visit] {
    let half = share / 2.0
    rows |> sample(fraction: half, seed: 1)
}

pipeline p {
    save first_of(visits, many) as few
    expect count(half_of(visits, 3.0)) > 0
}

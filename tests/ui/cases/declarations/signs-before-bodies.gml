schema Visit = { pages: int, visitor: str }

catalog { visits: table[Visit] = csv("visits.csv") }

node busy(visits: table[Visit]) -> table[Visit] = {
    visits |> filter(.pages > 3)
}

fn twice(x: int) -> int { 2 * x }

pipeline watch: {
    expect count(busy(visits)) > twice(1)
}

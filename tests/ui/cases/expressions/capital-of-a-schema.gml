schema Visit { id visitor: str, pages: int }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline looking {
    expect count(visit) > 0
}

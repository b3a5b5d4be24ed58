schema Visit { id visitor: str, pages: Optional[int] }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline looking {
    expect count(visits) > 0
}

schema Visit (
    id visitor: str,
    pages: int,
)

catalog [
    visits: table[Visit] = csv("visits.csv"),
]

pipeline watch {
    expect count(visits |> filter(.pages > 0 and .visitor != "")) > 0
}

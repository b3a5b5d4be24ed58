use std.report.{report}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline p {
    track report(title: "x") { n = count(visits) }
}

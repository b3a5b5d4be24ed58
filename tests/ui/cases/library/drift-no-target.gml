use std.monitor.{drift}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    today: table { id visitor: str, pages: int, spent: float?, device: category } = csv("today.csv"),
}

pipeline p {
    track drift(reference: visits, current: today)
}

use std.monitor.{drift}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
}

pipeline p {
    let shift = drift(reference: visits, current: visits)
    when shift.share_drift > 30% {
    track shift }
}

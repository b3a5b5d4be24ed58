use std.monitor.{drift}

catalog {
    visits: table { id visitor: str, pages: int } = csv("visits.csv"),
    today: table { id visitor: str, pages: int } = csv("today.csv"),
}

pipeline watch {
    let shift = drift(reference: visits, current: today)
    track shift
    expect shift.share_drifted < 30, "the traffic is another one"
}

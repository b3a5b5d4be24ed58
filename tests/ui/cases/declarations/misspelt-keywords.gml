param least: int = 3

Schema Visit { pages: int }

pipeline look {
    let many = 3
    exepct many < least
    let more = 4
    Let few = 2
    track few
    expect more > 2
}

catalogue { visits: table { pages: int } = csv("visits.csv") }

fn twice(x: int) -> int = 2 * x

pipelin watch {
    expect 1 < least
}

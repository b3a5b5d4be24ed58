schema Visit { id visitor: str, device: enum["desktop", "mobile", "tablet"] }

node shown(visits: table[Visit]) -> table { visitor: str, place: str? } {
    visits |> select {
        visitor = .visitor,
        place   = match .device {
            "desktop" => "desk",
            "mobile"  => "hand",
        },
    }
}

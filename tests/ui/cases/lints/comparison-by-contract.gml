schema Visit {
    user: str,
    pages: int in 1..1_000,
    score: float? >= 0.0,
    device: enum["desktop", "mobile"],
    age: uint8,
}

node odd(visits: table[Visit]) -> table {
    visits
        |> filter(.pages > 0)
        |> filter(5_000 < .pages)
        |> filter(.device in ["desktop", "mobile"])
        |> filter(.age >= 0)
        |> derive { scored = .score >= 0.0 }
        |> filter(.pages in 0..2_000)
        |> filter(.pages > 1 and .age < 18)
}

test "odd" {
    expect count(odd(table[Visit] [])) == 0
}

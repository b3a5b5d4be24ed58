fn rate(part: int, whole: int, digits: int = 2) -> float = round(part / whole, digits)

test "rates" {
    expect rate(1, whole: 3, 4) == 0.3333
    expect rate(whole: 3, 1) == 0.33
}

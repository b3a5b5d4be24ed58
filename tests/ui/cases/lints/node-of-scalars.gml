node rate(part: int, whole: int) -> float {
    part / whole
}

test "half" {
    expect rate(1, 2) == 0.5
}

fn twice(x: int) -> int = 2 * x

test twice of two {
    expect twice(2) == 5 + true
}

test another() {
    expect twice(1) == 2
}

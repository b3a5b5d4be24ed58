schema Item { id item: str, place: vector[3] }

test "places" {
    let items = table[Item] [
        { item: "a", place: [0.5, 1, 0.0] },
        { item: "b", place: [0.5, 1] },
        { item: "c", place: ["x", "y", "z"] },
    ]
    expect count(items) == 3
}

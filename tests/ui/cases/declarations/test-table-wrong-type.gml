schema Row { a: int, kind: enum["x", "y"] }

test "rows" {
    expect count(table[Row] [{ a: "one", kind: "z" }]) == 1
}

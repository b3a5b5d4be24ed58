schema Row { a: int, b: str? }

test "rows" {
    expect count(table[Row] [{ b: "x" }]) == 1
}

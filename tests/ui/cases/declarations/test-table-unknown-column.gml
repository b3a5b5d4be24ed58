schema Row { a: int, b: str? }

test "rows" {
    expect count(table[Row] [{ a: 1, c: "x" }]) == 1
}

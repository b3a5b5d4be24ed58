schema Row { id a: str, b: int }
catalog { rows: table[Row] = csv("rows.csv") }
node n(rows: table[Row], limit int) -> table[Row] {
    rows |> filter(.b > limit)
}
fn half(x float) -> float = x / 2
pipeline show(limit int) {
    expect count(n(rows, 3)) > 0
    expect half(3.0) == 1.5
    expect count(n(rows, limit: 3)) > 0
}
pipeline all { run show(limit: 3) }

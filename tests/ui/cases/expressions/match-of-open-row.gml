test "arms" {
    let r = table { who: str, p: str } [{ who: "x", p: "a" }] |> pivot(rows: [.who], on: [.p], value: count())
    expect count(r |> derive { said = match .a { 1 => "one", 2 => "two" } }) == 1
}

allow(unused_let, unused_argument)
node doubled(numbers: table { n: int }) -> table {
    let twice = 2
    numbers |> derive { m = .n * 2 }
}

test "doubled" {
    expect count(doubled(table { n: int } [])) == 0
}

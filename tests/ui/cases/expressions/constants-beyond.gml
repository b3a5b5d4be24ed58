param until: date = @9999-12-31

test "beyond what there is" {
    expect @9999-12-31 + 1d > until
    expect 100_000_000d * 10 > 1h
    expect 9_223_372_036_854_775_807 + 1 > 0
    expect 200_000_000d > 1h
    expect 1h / 0 > 1h
    expect 1h / 2 == 30min
}

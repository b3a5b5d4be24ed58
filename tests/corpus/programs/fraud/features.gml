## What is known of a payment when it is made.

## A payment by card.
schema Payment {
    id     payment: int,
    id     card: str,
    id     terminal: str,
    time   at: timestamp,
           amount: float > 0,
    target is_fraud: bool,
    unique [payment],
}

## Where cards are put in.
schema Terminal {
    id terminal: str,
       merchant: category,
       country: category?,
    unique [terminal],
}

## The payments with the history of their card: only what came before counts.
node with_history(payments: table[Payment], terminals: table[Terminal]) -> table {
    payments
        |> derive(over: [.card], order: [.at], rows: before) {
            payments_before = count(),
            mean_before = mean(.amount, last: 30d),
            last_at = max(.at),
        }
        |> derive { hours_since = (.at - .last_at).in_hours(), is_night = .at.hour() < 6 }
        |> join(terminals, on: [.terminal], how: left, expect: many_to_one)
        |> drop([.last_at])
        |> fill([.merchant], "unknown")
}

## The rule of thumb of those who watch.
fn suspicious(amount: float, mean_before: float?, is_night: bool) -> bool =
    is_night and (amount > 10.0 * mean_before ?? amount > 500.0)

test "a night payment far above the mean is suspicious" {
    expect suspicious(100.0, 5.0, true)
    expect not suspicious(100.0, 5.0, false)
    expect suspicious(600.0, null, true)
}

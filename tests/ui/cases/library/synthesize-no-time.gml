use std.features.{synthesize}

schema Customer { id customer: str, age: int }

catalog {
    customers: table[Customer] = csv("customers.csv"),
}

pipeline p {
    expect count(customers |> synthesize(for: .customer)) > 0
}

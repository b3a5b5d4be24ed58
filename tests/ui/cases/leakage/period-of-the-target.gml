use std.learn.{boosted_trees}

schema Purchase { id customer: str, time day: date, amount: float }
schema Example { id customer: str, orders: int, spent: float, target churned: bool }

catalog { purchases: table[Purchase] = csv("purchases.csv"), churn: model = artifact("churn") }

node examples(purchases: table[Purchase], until: date) -> table[Example] {
    let later = purchases |> filter(.day > until and .day <= until + 30d) |> group(by: [.customer]) { after = count() }
    purchases
        |> group(by: [.customer]) { orders = count(), spent = sum(.amount) }
        |> join(later, on: [.customer], how: left, expect: one_to_one)
        |> derive { churned = (.after ?? 0) == 0 }
        |> select([.customer, .orders, .spent, .churned])
}

pipeline training(until: date = @2021-06-01) {
    save fit(boosted_trees(objective: binary), train: examples(purchases, until)) as churn
}

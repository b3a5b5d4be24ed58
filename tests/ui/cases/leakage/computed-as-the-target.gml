use std.learn.{boosted_trees}

schema Sale { id customer: str, id article: str, price: float }
schema Customer { id customer: str, articles: int, revenue: float, target spent: float }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    models: model = artifact("models"),
}

node described(sales: table[Sale]) -> table[Customer] {
    sales |> group(by: [.customer]) {
        articles = distinct_count(.article),
        revenue  = sum(.price),
        spent    = sum(.price),
    }
}

pipeline training {
    save fit(boosted_trees(objective: regression), train: described(sales)) as models
}

use std.learn.{boosted_trees}
use std.recommend.{bought_before, candidates}

schema Purchase { time day: date, id customer: str, id article: str, price: float }

catalog {
    purchases: table[Purchase] = parquet("purchases.parquet"),
    ranker: model = artifact("ranker"),
}

node labelled(known: table[Purchase], bought: table[Purchase]) -> table {
    candidates(user: .customer, item: .article) { again = bought_before(known) }
        |> label(bought_in: bought, on: [.customer, .article])
        |> derive { length = .article.char_count() }
}

pipeline training {
    let data = purchases |> split_time(by: .day, valid: last(7d))
    save fit(boosted_trees(objective: binary), train: labelled(data.valid, data.train)) as ranker
}

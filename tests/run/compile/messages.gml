use std.prep.{text_counts}
use std.learn.{automl, boosted_trees, logistic}
use std.metrics.{auc}

schema Message {
           text: str,
    target is_spam: bool,
}

catalog {
    messages: table { label: str, text: str } = parquet("messages.parquet"),
    trees_model: model                    = artifact("models/trees"),
    trees_scores: table { text: str, .. } = parquet("scores/trees.parquet"),
    sums_model: model                     = artifact("models/sums"),
    sums_scores: table { text: str, .. }  = parquet("scores/sums.parquet"),
    found_model: model                    = artifact("models/found"),
    found_scores: table { text: str, .. } = parquet("scores/found.parquet"),
}

node told(messages: table { label: str, text: str }) -> table[Message] {
    messages |> derive { is_spam = .label == "spam" } |> select([.text, .is_spam])
}

pipeline words {
    let rows = told(messages)
    let trees = fit(text_counts([.text]) >> boosted_trees(objective: binary, rounds: 50), train: rows)
    save trees as trees_model
    save rows |> predict(trees) as trees_scores
    let sums = fit(text_counts([.text], words: 4000, min_rows: 1) >> logistic(), train: rows)
    save sums as sums_model
    save rows |> predict(sums) as sums_scores
}

pipeline search {
    let data = told(messages) |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let found = automl(train: data.train, valid: data.valid, maximize: auc, budget: 10s, seed: 1)
    save found.model as found_model
    save data.test |> predict(found.model) as found_scores
}

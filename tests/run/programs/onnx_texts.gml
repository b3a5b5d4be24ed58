use std.prep.{text_counts}
use std.learn.{boosted_trees, logistic}

schema Article {
    id     article: int,
           title: str?,
           body: str,
           length: int,
    target liked: bool,
}

catalog {
    articles: table[Article]   = csv("articles.csv"),
    by_sums: model             = artifact("models/by_sums"),
    scores_by_sums: table { article: int, .. } = parquet("scores/by_sums.parquet"),
    by_trees: model            = artifact("models/by_trees"),
    scores_by_trees: table { article: int, .. } = parquet("scores/by_trees.parquet"),
    of_nothing: table[Article] = csv("of_nothing.csv"),
    scores_of_nothing: table { article: int, .. } = parquet("scores/of_nothing.parquet"),
}

# Words beyond the most frequent ones are left out.
pipeline texts {
    let sums = fit(text_counts([.title, .body], words: 1_000) >> logistic(), train: articles)
    save sums as by_sums
    save articles |> predict(sums) as scores_by_sums
    save of_nothing |> predict(sums) as scores_of_nothing
    let few = text_counts([.title, .body], words: 12, min_rows: 5)
    let trees = fit(few >> boosted_trees(objective: binary, rounds: 30, min_rows: 5), train: articles)
    save trees as by_trees
    save articles |> predict(trees) as scores_by_trees
}

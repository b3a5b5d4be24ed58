use std.prep.{target_encode}

schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
}

pipeline p {
    let t = fit(target_encode([.colour]), train: articles)
    expect count(articles |> apply(t)) > 0
}

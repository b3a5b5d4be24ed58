use std.embed.{embed, text_encoder}

schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
}

pipeline p {
    let e = fit(text_encoder(dimension: 32), train: articles |> derive { maker = .title })
    expect count(articles |> derive { v = embed(e, .title) }) > 0
}

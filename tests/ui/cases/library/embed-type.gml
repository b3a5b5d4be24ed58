use std.embed.{embed}

schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
    looks: encoder[image -> vector[32]] = artifact("looks"),
}

pipeline p {
    expect count(articles |> derive { v = embed(looks, .title) }) > 0
}

use std.embed.{embed}

schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
}

catalog { other: encoder[text -> vector[384]] = onnx("x", pooling: avg) }
pipeline p {
    expect count(articles |> derive { v = embed(other, .title) }) > 0
}

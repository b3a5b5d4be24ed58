use std.embed.{embed}

schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
    sentences: encoder[text -> vector[384]] = onnx("minilm"),
}

node n(v: table { article: str, v: vector[128] }) -> table { article: str } { v |> select([.article]) }
pipeline p {
    expect count(n(articles |> derive { v = embed(sentences, .title) })) > 0
}

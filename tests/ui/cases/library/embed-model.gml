use std.embed.{embed}

schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }
schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
    propensity: model[Visit -> Probability] = artifact("propensity"),
}

pipeline p {
    expect count(articles |> derive { v = embed(propensity, .title) }) > 0
}

use std.embed.{image_encoder}

schema Article { id article: str, title: str, colour: category }

catalog {
    articles: table[Article] = csv("articles.csv"),
    looks: encoder[image -> vector[32]] = artifact("looks"),
}

pipeline p {
    save fit(image_encoder(dimension: 32), train: articles) as looks
}

use std.recommend.{nearest}

schema Sale { id customer: str, id article: str, time day: date, price: float }
schema Article { id article: str, title: str, colour: category }

catalog {
    sales: table[Sale] = csv("sales.csv"),
    articles: table[Article] = csv("articles.csv"),
}

pipeline p {
    expect count(nearest(sales, within: articles, item: .article, k: 5)) > 0
}

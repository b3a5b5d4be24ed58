use std.recommend.{nearest}

schema Customer { id customer: str, age: int }

catalog {
    customers: table[Customer] = csv("customers.csv"),
    vectors: table { id article: str, vector: vector[32] } = parquet("vectors.parquet"),
}

pipeline p {
    expect count(nearest(customers, within: vectors, item: .article, k: 5)) > 0
}

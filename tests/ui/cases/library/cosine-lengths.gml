use std.embed.{embed}
use std.features.{cosine}


catalog {
    vectors: table { id article: str, vector: vector[32] } = parquet("vectors.parquet"),
    sentences: encoder[text -> vector[384]] = onnx("minilm"),
}

pipeline p {
    expect count(vectors |> derive { c = cosine(.vector, embed(sentences, .article)) }) > 0
}

use std.features.{jaccard}


catalog {
    vectors: table { id article: str, vector: vector[32] } = parquet("vectors.parquet"),
}

pipeline p {
    expect count(vectors |> filter(jaccard(.vector, .vector) > 0.5)) > 0
}

## Texts and pictures as vectors: what is alike lies near.

## The vector of a text or a picture. Null stays null.
##
## ```gml check
## use std.embed.{embed, text_encoder}
## catalog {
##     articles: table { id article: str, title: str } = csv("articles.csv"),
##     words: encoder[text -> vector[64]] = artifact("words"),
##     vectors: table { id article: str, vector: vector[64] } = parquet("vectors.parquet"),
## }
## pipeline embeddings {
##     let encoder = fit(text_encoder(dimension: 64, seed: 1), train: articles)
##     save encoder as words
##     save articles |> derive { vector = embed(encoder, .title) } |> select([.article, .vector]) as vectors
## }
## ```
function embed[T, V](encoder: encoder[T -> V], value: T) -> V

## Learn vectors of texts from the texts themselves, without a language model: words counted and weighted as in `text_counts`,
## brought to `dimension` numbers by a truncated singular value decomposition (latent semantic analysis, Deerwester 1990). The
## rows have one feature of type `str`.
##
## ```gml check
## use std.embed.{text_encoder}
## catalog {
##     articles: table { id article: str, title: str } = csv("articles.csv"),
##     words: encoder[text -> vector[64]] = artifact("words"),
## }
## pipeline embeddings { save fit(text_encoder(dimension: 64, seed: 1), train: articles) as words }
## ```
operator text_encoder[R](
    architecture: enum["lsa"] = lsa,
    dimension: int >= 1 = 128,
    min_rows: int >= 0 = 2,
    seed: int = 0,
) -> estimator[R & { _: str } -> encoder[text -> vector[dimension]]]

## Learn vectors of pictures: an `autoencoder` of convolutions that gives the picture back from `dimension` numbers, or, where
## `base` names a folder with a `pretrained` model in ONNX form, its output brought to `dimension` numbers. The rows have one
## feature of type `image`.
##
## ```gml check
## use std.embed.{image_encoder}
## catalog {
##     pictures: table { id article: str, picture: image } = images("pictures/*.jpg", key: article),
##     looks: encoder[image -> vector[32]] = artifact("looks"),
## }
## pipeline embeddings { save fit(image_encoder(architecture: autoencoder, dimension: 32, epochs: 5, seed: 1), train: pictures) as looks }
## ```
operator image_encoder[R](
    architecture: enum["autoencoder", "pretrained"] = autoencoder,
    dimension: int >= 1 = 32,
    base: str? = null,
    epochs: int >= 1 = 10,
    batch: int >= 1 = 64,
    learning_rate: float > 0 = 0.001,
    device: enum["auto", "cpu", "cuda"] = auto,
    seed: int = 0,
) -> estimator[R & { _: image } -> encoder[image -> vector[dimension]]]

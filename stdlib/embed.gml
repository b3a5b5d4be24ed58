## Texts and pictures as vectors: what is alike lies near.

## The vector of a text or a picture. Null stays null.
##
## ```gml run
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
## ```gml run
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

## Learn vectors of pictures. The rows have one feature of type `image`; rows where it is null are passed over.
##
## An `autoencoder` learns to give the pictures back from `dimension` numbers: filters of 3 x 3 pixels, four times with half the lines
## and columns left, a layer of 128 numbers, the vector, and the same way back, by the mean squared difference of the pixels and
## Adam. All pictures are brought to `size` pixels on each side first. With rows of `valid` the weights of the best epoch are kept,
## and with `stop_after` it ends when that many epochs bring nothing better. What is saved is a `model.onnx` with its
## `preprocessor_config.json`.
##
## With `pretrained` the vectors are those of another model, `base`, brought to `dimension` numbers: the directions in which those
## of these pictures differ most (principal components).
##
## ```gml run
## use std.embed.{image_encoder}
## catalog {
##     pictures: table { id article: str, picture: image } = images("pictures/*.jpg", key: article),
##     looks: encoder[image -> vector[32]] = artifact("looks"),
## }
## pipeline embeddings {
##     save fit(image_encoder(architecture: autoencoder, dimension: 32, epochs: 5, seed: 1), train: pictures) as looks
## }
## ```
operator image_encoder[R](
    architecture: enum["autoencoder"] = autoencoder,
    dimension: int >= 1 = 32,
    size: int in 16..512 = 128,
    epochs: int >= 1 = 10,
    batch: int >= 1 = 64,
    learning_rate: float > 0 = 0.001,
    stop_after: int? >= 1 = null,
    device: enum["auto", "cpu", "cuda"] = auto,
    seed: int = 0,
) -> estimator[R & { _: image } -> encoder[image -> vector[dimension]]]

## Learn which directions of another model's vectors the pictures differ most along.
##
## ```gml check
## use std.embed.{image_encoder}
## catalog {
##     pictures: table { id article: str, picture: image } = images("pictures/*.jpg", key: article),
##     resnet: encoder[image -> vector[512]] = onnx("models/resnet18"),
##     kinds: encoder[image -> vector[32]] = artifact("kinds"),
## }
## pipeline embeddings {
##     save fit(image_encoder(architecture: pretrained, base: resnet, dimension: 32), train: pictures) as kinds
## }
## ```
operator image_encoder[R, V: vector](
    architecture: enum["pretrained"],
    base: encoder[image -> V],
    dimension: int >= 1 = 32,
) -> estimator[R & { _: image } -> encoder[image -> vector[dimension]]]

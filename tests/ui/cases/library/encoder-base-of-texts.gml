use std.embed.{image_encoder}

catalog {
    pictures: table { id article: str, picture: image } = images("p/*.jpg", key: article),
    sentences: encoder[text -> vector[384]] = onnx("sentences"),
    looks: encoder[image -> vector[32]] = artifact("looks"),
}

pipeline p {
    save fit(image_encoder(architecture: pretrained, base: sentences), train: pictures) as looks
}

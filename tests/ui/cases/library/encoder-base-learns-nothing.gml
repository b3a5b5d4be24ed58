use std.embed.{image_encoder}

catalog {
    pictures: table { id article: str, picture: image } = images("p/*.jpg", key: article),
    resnet: encoder[image -> vector[512]] = onnx("resnet18"),
    looks: encoder[image -> vector[32]] = artifact("looks"),
}

pipeline p {
    save fit(image_encoder(architecture: pretrained, base: resnet, epochs: 5), train: pictures) as looks
}

use std.embed.{image_encoder}

catalog {
    pictures: table { id article: str, picture: image } = images("p/*.jpg", key: article),
    looks: encoder[image -> vector[32]] = artifact("looks"),
}

pipeline p {
    save fit(image_encoder(size: 8, seed: 1), train: pictures) as looks
}

use std.embed.{image_encoder}


catalog {
    looks: encoder[image -> vector[32]] = artifact("looks"),
}

catalog { more: table { id article: str, picture: image } = images("q/*.jpg", key: artikle) }
pipeline p {
    save fit(image_encoder(dimension: 32), train: more) as looks
}

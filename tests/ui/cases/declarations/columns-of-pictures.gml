catalog {
    pictures: table { id name: str, width: int, picture: image } = images("pictures/*.png", key: name, resize: [128]),
}

pipeline looking { expect count(pictures) > 0 }

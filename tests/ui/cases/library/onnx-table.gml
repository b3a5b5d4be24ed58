schema Visit { id visitor: str, pages: int, spent: float?, device: category, target bought: bool }

catalog { other: table[Visit] = onnx("x") }
pipeline p {
    expect count(other) > 0
}

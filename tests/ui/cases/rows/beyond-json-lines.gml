catalog { lines: table { who: str, .. } = jsonl("lines.jsonl") }

pipeline p {
    expect count(lines |> filter(.age > 3)) > 0
}

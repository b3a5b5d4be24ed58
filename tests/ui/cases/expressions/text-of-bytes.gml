schema File { id name: str, content: bytes }

catalog { files: table[File] = parquet("files.parquet") }

pipeline reading {
    let told = files |> derive { text = to_text(.content), line = f"{.name}: {.content}" }
    expect count(told) > 0
}

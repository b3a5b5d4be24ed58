; What is written in another language.

((contract
  pattern: [
    (raw_text (content) @injection.content)
    (raw_block (content) @injection.content)
  ])
  (#set! injection.language "regex"))

((foreign
  language: (name) @_language
  arguments: (arguments
    (argument
      value: [
        (text (content) @injection.content)
        (raw_text (content) @injection.content)
        (text_block (content) @injection.content)
        (raw_block (content) @injection.content)
      ])))
  (#eq? @_language "sql")
  (#set! injection.language "sql"))

[
  (schema)
  (catalog)
  (block)
  (statements)
  (env)
  (use)
  (parameters)
  (arguments)
  (columns)
  (columns_literal)
  (record)
  (row)
  (list)
  (match)
  (for_value)
  (group)
  (type_arguments)
] @indent

[
  ")"
  "]"
  "}"
] @outdent

[
  (text_block)
  (raw_block)
  (format_block)
] @opaque

; What is indented by one more: whatever stands in brackets, and steps behind a value.

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
] @indent.begin

[
  ")"
  "]"
  "}"
] @indent.branch @indent.end

[
  (text_block)
  (raw_block)
  (format_block)
] @indent.ignore

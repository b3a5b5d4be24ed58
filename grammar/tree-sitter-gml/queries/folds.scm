; What can be folded away.

[
  (schema)
  (catalog)
  (node)
  (pipeline)
  (env)
  (test)
  (block)
  (statements)
  (arguments)
  (columns)
  (record)
  (list)
  (match)
  (text_block)
  (raw_block)
  (format_block)
  (documentation)+
] @fold

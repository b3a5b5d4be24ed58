; Names of parameters and of `let`, and where they are used. What is declared at the top of a file is known to the
; language server alone, for it may come from another file.

[
  (function)
  (node)
  (pipeline)
  (test)
  (statements)
  (for_value)
] @local.scope

(parameter name: (name) @local.definition)
(let name: (name) @local.definition)
(for name: (name) @local.definition)
(for_value name: (name) @local.definition)

(reference (name) @local.reference)

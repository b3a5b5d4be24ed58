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

(parameter name: (name) @local.definition.variable)
(let name: (name) @local.definition.variable)
(for name: (name) @local.definition.variable)
(for_value name: (name) @local.definition.variable)

(reference (name) @local.reference)

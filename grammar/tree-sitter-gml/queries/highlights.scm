; Every word is caught once, so that editors that let the first pattern win and those that let the last one win show the
; same. The names of types stand here because the grammar knows none; a test holds them to the compiler's.

; Declarations

[
  "allow"
  "catalog"
  "connection"
  "env"
  "extends"
  "param"
  "schema"
  "tags"
  "test"
  "type"
] @keyword

[
  "aggregate"
  "fn"
  "function"
  "node"
  "operator"
  "pipeline"
  "window"
] @keyword.function

"use" @keyword.import
(use_name "as" @keyword.import)

(allow (name) @attribute)
(tags (name) @label)
(use path: (name) @module)
(use_name
  name: (name) @type
  (#match? @type "^[A-Z]"))
(use_name
  name: (name) @variable
  (#not-match? @variable "^[A-Z]"))
(use_name
  alias: (name) @type
  (#match? @type "^[A-Z]"))
(use_name
  alias: (name) @variable
  (#not-match? @variable "^[A-Z]"))

(param name: (name) @constant)
(schema name: (name) @type)
(connection name: (name) @constant)
(catalog_entry name: (name) @variable)
(function name: (name) @function)
(node name: (name) @function)
(foreign language: (name) @function)
(pipeline name: (name) @function)
(env name: (name) @constant)
(extends name: (name) @constant)
(setting_path (name) @property)
(signature name: (name) @function)
(type_parameter name: (name) @type)
(type_parameter bound: (name) @type)
(type_alias name: (name) @type)
(parameter name: (name) @variable.parameter)

; Schemas and rows

(role) @keyword.modifier

[
  "matches"
  "named"
  "parsed"
  (unique "unique")
] @keyword

(schema_column name: (name) @property)
(row_column name: (name) @property)
(row_column condition: (name) @type)
(unique (name) @property)
(parsed form: (name) @constant)

; Types

((named_type name: (name) @type.builtin)
  (#any-of? @type.builtin
    "bool" "bytes" "category" "connector" "database" "date" "decimal" "duration" "encoder" "enum" "estimator" "figure" "float"
    "float32" "float64" "graph" "image" "int" "int16" "int32" "int64" "int8" "list" "metric" "metrics" "model" "period"
    "range" "recommender" "report" "secret" "sequences" "size" "store" "str" "struct" "table" "time" "timestamp" "tracker"
    "transform" "uint16" "uint32" "uint64" "uint8" "vector"))
((named_type name: (name) @type)
  (#not-any-of? @type
    "bool" "bytes" "category" "connector" "database" "date" "decimal" "duration" "encoder" "enum" "estimator" "figure" "float"
    "float32" "float64" "graph" "image" "int" "int16" "int32" "int64" "int8" "list" "metric" "metrics" "model" "period"
    "range" "recommender" "report" "secret" "sequences" "size" "store" "str" "struct" "table" "time" "timestamp" "tracker"
    "transform" "uint16" "uint32" "uint64" "uint8" "vector"))
(table_type "table" @type.builtin)
(struct_type "struct" @type.builtin)
(type_in partition: (name) @property)

; Statements

[
  "let"
  "save"
  "track"
  "expect"
  "run"
] @keyword

(save "as" @keyword)

"when" @keyword.conditional
"for" @keyword.repeat

(let name: (name) @variable)
(save entry: (name) @variable)
(for name: (name) @variable)
(for "in" @keyword.repeat)
(run pipeline: (name) @function)

; Expressions

[
  "if"
  "then"
  "else"
  "match"
] @keyword.conditional

[
  "and"
  "or"
  "not"
  "is"
] @keyword.operator

(binary operator: "in" @keyword.operator)
(binary operator: "not in" @keyword.operator)
(contract "in" @keyword.operator)
(type_in "in" @keyword.operator)

(for_value "in" @keyword.repeat)
(for_value name: (name) @variable)

(reference (name) @variable)
(column) @variable.member
(member name: (name) @property)
(call function: (name) @function.call)
(pipe function: (name) @function.call)
(method_call function: (name) @function.method)
(label) @variable.parameter
(binding name: (name) @property)
(field name: (name) @property)
(wildcard) @constant.builtin

[
  "|>"
  ">>"
  "??"
  "?"
  "=="
  "!="
  "<"
  "<="
  ">"
  ">="
  "+"
  "-"
  "*"
  "/"
  "//"
  "**"
  "&"
  "|"
  ".."
  "..<"
  "="
  "->"
  "=>"
] @operator

(binary operator: "%" @operator)
(open) @operator

[
  "("
  ")"
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

[
  ","
  ":"
  "."
  "?."
] @punctuation.delimiter

; Literals

[
  (integer)
  (size)
] @number

(float) @number.float

(percentage "%" @number)

[
  (date)
  (timestamp)
  (duration)
] @constant

[
  (true)
  (false)
] @boolean

(null) @constant.builtin
(null_test "null" @constant.builtin)

[
  (text)
  (text_block)
  (format)
  (format_block)
] @string

[
  (raw_text)
  (raw_block)
] @string.special

(escape) @string.escape

(comment) @comment
(documentation) @comment.documentation

; What a file declares, for code navigation.

(schema name: (name) @name) @definition.class
(type_alias name: (name) @name) @definition.type
(function name: (name) @name) @definition.function
(node name: (name) @name) @definition.function
(pipeline name: (name) @name) @definition.function
(signature name: (name) @name) @definition.function
(param name: (name) @name) @definition.constant
(connection name: (name) @name) @definition.constant
(catalog_entry name: (name) @name) @definition.constant

(call function: (name) @name) @reference.call
(pipe function: (name) @name) @reference.call
(run pipeline: (name) @name) @reference.call

(function body: (_) @function.inside) @function.around
(node body: (_) @function.inside) @function.around
(pipeline body: (_) @function.inside) @function.around

(schema) @class.around

(test body: (_) @test.inside) @test.around

(parameter) @parameter.inside
(argument) @parameter.inside

(comment) @comment.inside
(comment)+ @comment.around
(documentation) @comment.inside
(documentation)+ @comment.around

(schema_column) @entry.around
(catalog_entry value: (_) @entry.inside) @entry.around
(setting value: (_) @entry.inside) @entry.around
(binding value: (_) @entry.inside) @entry.around
(field value: (_) @entry.inside) @entry.around

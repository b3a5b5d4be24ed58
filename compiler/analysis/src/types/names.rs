//! Names of types: those of the language, and what users of other languages type first.

use gml_ir::{IntKind, Type};

use crate::package::Definition;

/// The type of a name that takes no arguments.
pub(super) fn builtin(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int" | "int64" => Type::Int(IntKind::I64),
        "int8" => Type::Int(IntKind::I8),
        "int16" => Type::Int(IntKind::I16),
        "int32" => Type::Int(IntKind::I32),
        "uint8" => Type::Int(IntKind::U8),
        "uint16" => Type::Int(IntKind::U16),
        "uint32" => Type::Int(IntKind::U32),
        "uint64" => Type::Int(IntKind::U64),
        "float" | "float64" => Type::Float,
        "float32" => Type::Float32,
        "str" => Type::Str,
        "bytes" => Type::Bytes,
        "date" => Type::Date,
        "time" => Type::Time,
        "timestamp" => Type::Timestamp,
        "duration" => Type::Duration,
        "size" => Type::Size,
        "category" => Type::Category,
        "image" => Type::Image,
        name if OPAQUE.contains(&name) => Type::Named(name.into()),
        _ => return None,
    })
}

/// Values that only the standard library makes and takes.
const OPAQUE: &[&str] = &["metric", "metrics", "figure", "report", "period", "connector", "secret", "tracker"];

/// Every name of a type, for suggestions.
pub(super) const NAMES: &[&str] = &[
    "bool",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float",
    "float32",
    "str",
    "bytes",
    "date",
    "time",
    "timestamp",
    "duration",
    "size",
    "decimal",
    "category",
    "enum",
    "list",
    "vector",
    "struct",
    "image",
    "range",
    "table",
    "estimator",
    "transform",
    "model",
    "recommender",
    "encoder",
    "sequences",
    "graph",
    "metrics",
    "figure",
    "report",
];

/// How GML writes the type that other languages call so.
pub(super) fn of_another_language(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "string" | "text" | "varchar" | "char" | "utf8" | "unicode" | "character" => "str",
        "integer" | "number" | "long" | "bigint" | "i64" | "usize" | "isize" => "int",
        "short" | "smallint" | "i16" => "int16",
        "tinyint" | "byte" | "i8" => "int8",
        "i32" => "int32",
        "uint" | "u64" => "uint64",
        "u32" => "uint32",
        "u16" => "uint16",
        "u8" => "uint8",
        "double" | "real" | "numeric" | "f64" => "float",
        "f32" => "float32",
        "boolean" | "logical" => "bool",
        "datetime" | "datetime64" | "instant" | "timestamptz" => "timestamp",
        "timedelta" | "interval" => "duration",
        "binary" | "blob" | "bytea" => "bytes",
        "factor" | "categorical" => "category",
        "array" | "vec" | "seq" | "sequence" => "list[T]",
        "dict" | "object" | "map" | "record" => "struct { key: str, value: int }",
        "embedding" | "tensor" => "vector[384]",
        "dataframe" | "frame" | "dataset" | "relation" => "table[Schema]",
        "optional" | "option" | "nullable" | "maybe" => "T?",
        "pipeline" | "learner" => "estimator",
        _ => return None,
    })
}

/// What a name that is no type is, with an article.
pub(super) fn what(definition: &Definition) -> &'static str {
    match definition {
        Definition::Param(_) => "a parameter",
        Definition::Schema(_) => "a schema",
        Definition::Dataset(_) => "a catalog entry",
        Definition::Function(_) => "a function",
        Definition::Node(_) => "a node",
        Definition::Pipeline(_) => "a pipeline",
        Definition::Connection(_) => "a connection",
        Definition::Std(_) => "a name of the standard library",
        Definition::Alias(_) => "a type",
        Definition::Unknown => "not known",
    }
}

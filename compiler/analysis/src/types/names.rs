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
const OPAQUE: &[&str] =
    &["metric", "metrics", "figure", "report", "period", "connector", "secret", "tracker", "database", "store"];

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

/// What only signatures of the standard library name: kinds of parameters that are no values.
pub const IN_SIGNATURES: &[&str] = &[
    "aggregate",
    "aggregates",
    "columns",
    "const",
    "entry_column",
    "keys",
    "order",
    "renames",
    "results",
    "row",
    "schema",
    "space",
    "tables",
    "windows",
];

/// Whether a name is that of a type of the language, with arguments or without.
pub fn is_type(name: &str) -> bool {
    NAMES.contains(&name) || builtin(name).is_some()
}

/// Every name of which [`is_type`] holds.
pub fn all_types() -> impl Iterator<Item = &'static str> {
    let others = OPAQUE.iter().filter(|name| !NAMES.contains(name));
    NAMES.iter().chain(others).copied().chain(["float64"])
}

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gml_diagnostics::FileId;
    use gml_syntax::ast::{ItemKind, TypeExpr, TypeKind};

    use super::{IN_SIGNATURES, all_types, is_type};

    /// The names in a type.
    fn names(ty: &TypeExpr, found: &mut BTreeSet<String>) {
        match &ty.kind {
            TypeKind::Named(name, args) => {
                found.insert(name.text.to_string());
                args.iter().for_each(|arg| names(arg, found));
            }
            TypeKind::Nullable(inner) | TypeKind::In(inner, _) => names(inner, found),
            TypeKind::Arrow(left, right)
            | TypeKind::Or(left, right)
            | TypeKind::And(left, right)
            | TypeKind::Plus(left, right)
            | TypeKind::Minus(left, right) => {
                names(left, found);
                names(right, found);
            }
            TypeKind::Struct(row) | TypeKind::Row(row) => {
                row.columns.iter().for_each(|column| names(&column.ty, found))
            }
            TypeKind::Table(row) => {
                found.insert("table".to_owned());
                row.columns.iter().for_each(|column| names(&column.ty, found));
            }
            TypeKind::Number(_) | TypeKind::Text(_) | TypeKind::Error => {}
        }
    }

    #[test]
    fn the_names_of_types_are_all_and_only_types() {
        let all: Vec<&str> = all_types().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a name stands twice");
        assert!(all.iter().all(|name| is_type(name)));
        assert!(IN_SIGNATURES.iter().all(|name| !is_type(name)));
    }

    #[test]
    fn signatures_have_each_kind_of_parameter() {
        let mut found = BTreeSet::new();
        for module in gml_stdlib::MODULES {
            for item in gml_syntax::parse(FileId(0), module.text).module.items {
                let ItemKind::Signature(signature) = item.kind else { continue };
                signature.params.iter().for_each(|parameter| names(&parameter.ty, &mut found));
            }
        }
        let missing: Vec<&&str> = IN_SIGNATURES.iter().filter(|kind| !found.contains(**kind)).collect();
        assert!(missing.is_empty(), "no signature has {missing:?}");
    }
}

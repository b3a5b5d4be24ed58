//! The words of the language, for messages and recovery. `reserved` of the grammar decides; a test holds the two together.

/// Words that cannot be the bare name of anything.
pub(crate) const RESERVED: [&str; 31] = [
    "allow", "and", "as", "catalog", "connection", "else", "env", "expect", "false", "fn", "for", "if", "in", "is", "let",
    "match", "node", "not", "null", "or", "param", "pipeline", "run", "save", "schema", "test", "then", "track", "true",
    "use", "when",
];

/// Whether a word cannot be the bare name of anything.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Words that begin a declaration.
pub(crate) const DECLARATIONS: [&str; 16] = [
    "use", "param", "schema", "connection", "catalog", "fn", "node", "pipeline", "env", "test", "allow", "operator",
    "function", "aggregate", "window", "type",
];

/// Words that begin a statement.
pub(crate) const STATEMENTS: [&str; 7] = ["let", "save", "track", "expect", "when", "for", "run"];

//! What people write who come from other languages.

/// A word that begins something elsewhere, and what does it here.
pub(super) struct Foreign {
    pub words: &'static [&'static str],
    pub help: &'static str,
}

/// Where a declaration is due.
pub(super) const DECLARATIONS: [Foreign; 8] = [
    Foreign {
        words: &["def", "func", "fun", "function", "proc", "sub", "define", "macro"],
        help: "write `fn name(x: int) -> int = value` for a function of values, `node name(t: table[T]) -> table[U] { .. }` for a step over tables",
    },
    Foreign {
        words: &["import", "from", "require", "include", "library", "using", "source"],
        help: "write `use module.{first, second}`",
    },
    Foreign {
        words: &["class", "struct", "interface", "record", "model", "dataclass", "message", "CREATE", "create"],
        help: "write `schema Name { column: type, .. }` for a kind of rows",
    },
    Foreign {
        words: &["var", "const", "val", "global", "static", "set", "config"],
        help: "write `param name: type = value` for a value of the whole program",
    },
    Foreign {
        words: &["task", "flow", "dag", "job", "workflow", "step", "stage"],
        help: "write `pipeline name { .. }`",
    },
    Foreign {
        words: &["dataset", "source", "datasets", "table", "data", "catalogue", "catalogs"],
        help: "datasets are the entries of `catalog { name: table[T] = parquet(\"..\") }`",
    },
    Foreign {
        words: &["SELECT", "select", "WITH", "with", "INSERT", "insert"],
        help: "a query is a value followed by steps in the body of a node: `orders |> filter(.total > 0) |> select([.id])`",
    },
    Foreign {
        words: &["if", "while", "switch", "match", "when", "print", "assert", "return", "try"],
        help: "this stands in the body of a `pipeline`, a `test` or a `node`",
    },
];

/// Where a statement or a value is due.
pub(super) const VALUES: [Foreign; 12] = [
    Foreign {
        words: &["return", "yield", "RETURN", "give"],
        help: "leave it out: the last expression in a node is what it gives",
    },
    Foreign { words: &["var", "const", "val", "set", "auto", "mut"], help: "write `let name = value`" },
    Foreign {
        words: &["lambda", "fun", "func", "function", "def"],
        help: "an argument that speaks of rows is written by itself: `.items.find(.price > 3)`",
    },
    Foreign { words: &["SELECT", "select"], help: "write `table |> select([.a, .b])`" },
    Foreign { words: &["FROM", "from"], help: "the table comes first: `orders |> filter(..)`" },
    Foreign { words: &["WHERE"], help: "write `|> filter(condition)`" },
    Foreign { words: &["while", "loop", "foreach"], help: "write `for x in [..] { .. }`" },
    Foreign {
        words: &["switch", "case", "CASE"],
        help: "write `match x { \"a\" => 1, _ => 0 }`, or `if condition then a else b`",
    },
    Foreign { words: &["print", "echo", "println"], help: "write `track value` to keep a value in the run record" },
    Foreign { words: &["assert", "assert_eq", "check"], help: "write `expect condition, \"message\"`" },
    Foreign { words: &["import", "use_module", "require"], help: "write `use module.{name}` at the top of the file" },
    Foreign {
        words: &["await", "async", "try", "throw", "raise", "new", "del", "pass", "global", "with"],
        help: "leave it out",
    },
];

/// What a declaration begins with here, where one word does the same.
pub(super) fn declaration(word: &str) -> Option<&'static str> {
    Some(match word {
        "def" | "func" | "fun" | "function" | "proc" | "sub" | "define" => "fn",
        "class" | "struct" | "interface" | "record" | "dataclass" | "message" => "schema",
        "var" | "const" | "val" | "global" | "static" | "set" | "config" => "param",
        "task" | "flow" | "dag" | "job" | "workflow" => "pipeline",
        "catalogue" | "catalogs" => "catalog",
        _ => return None,
    })
}

/// The same for a statement or a value; empty where the word is left out.
pub(super) fn ours(word: &str) -> Option<&'static str> {
    Some(match word {
        "return" | "yield" | "RETURN" | "give" | "await" | "async" => "",
        "var" | "const" | "val" | "set" | "auto" | "mut" => "let",
        "switch" => "match",
        "print" | "echo" | "println" => "track",
        "assert" | "check" => "expect",
        "foreach" => "for",
        _ => return None,
    })
}

/// The help for a word.
pub(super) fn help(table: &[Foreign], word: &str) -> Option<&'static str> {
    table.iter().find(|foreign| foreign.words.contains(&word)).map(|foreign| foreign.help)
}

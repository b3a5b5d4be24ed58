//! The words of the language, for messages, recovery, colours and tests. `reserved` of the grammar decides; a test holds the two
//! together.

/// Words that cannot be the bare name of anything.
pub const RESERVED: [&str; 31] = [
    "allow",
    "and",
    "as",
    "catalog",
    "connection",
    "else",
    "env",
    "expect",
    "false",
    "fn",
    "for",
    "if",
    "in",
    "is",
    "let",
    "match",
    "node",
    "not",
    "null",
    "or",
    "param",
    "pipeline",
    "run",
    "save",
    "schema",
    "test",
    "then",
    "track",
    "true",
    "use",
    "when",
];

/// Whether a word cannot be the bare name of anything.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Words that mean something in one place and are ordinary names elsewhere.
pub const CONTEXTUAL: [&str; 13] = [
    "aggregate",
    "extends",
    "function",
    "matches",
    "named",
    "operator",
    "parsed",
    "struct",
    "table",
    "tags",
    "type",
    "unique",
    "window",
];

/// What a column may be, before its name.
pub const ROLES: [&str; 5] = ["id", "time", "target", "weight", "group"];

/// Words that begin a declaration.
pub const DECLARATIONS: [&str; 17] = [
    "use",
    "param",
    "schema",
    "connection",
    "catalog",
    "fn",
    "node",
    "pipeline",
    "env",
    "test",
    "allow",
    "tags",
    "operator",
    "function",
    "aggregate",
    "window",
    "type",
];

/// The first letters of the words that begin a declaration, by the lengths of these: nearly every other word differs.
const INITIALS: [u32; 16] = {
    let mut initials = [0; 16];
    let mut place = 0;
    while place < DECLARATIONS.len() {
        let word = DECLARATIONS[place].as_bytes();
        initials[word.len()] |= 1 << (word[0] - b'a');
        place += 1;
    }
    initials
};

/// Whether a word begins a declaration.
pub(crate) fn begins_declaration(word: &str) -> bool {
    let initials = INITIALS.get(word.len()).copied().unwrap_or(0);
    let is_initial = |byte: u8| byte.is_ascii_lowercase() && initials >> (byte - b'a') & 1 == 1;
    word.bytes().next().is_some_and(is_initial) && DECLARATIONS.contains(&word)
}

/// Words that begin a statement.
pub const STATEMENTS: [&str; 7] = ["let", "save", "track", "expect", "when", "for", "run"];

#[cfg(test)]
mod tests {
    use pest::Parser;

    use super::*;
    use crate::grammar::{Grammar, Rule};

    fn is_name(word: &str) -> bool {
        Grammar::parse(Rule::name, word).is_ok()
    }

    #[test]
    fn the_grammar_reserves_the_same_words() {
        for word in RESERVED {
            assert!(!is_name(word), "{word}");
            assert!(is_name(&format!("{word}s")), "{word}s");
        }
        let grammar = include_str!("../../../grammar/gml.pest");
        let words = grammar.lines().filter_map(|line| line.strip_prefix("k_")?.split_whitespace().next());
        let words: Vec<&str> = words.collect();
        assert!(words.len() > 30);
        for word in words {
            let contextual = CONTEXTUAL.contains(&word);
            assert!(contextual != is_reserved(word), "{word}");
            assert_eq!(contextual, is_name(word), "{word}");
        }
        for word in CONTEXTUAL {
            assert!(grammar.contains(&format!("\"{word}\"")), "{word} is no word of the grammar");
        }
    }

    #[test]
    fn words_of_the_standard_library_are_names_elsewhere() {
        for word in DECLARATIONS.iter().filter(|word| !is_reserved(word)) {
            assert!(is_name(word), "{word}");
            assert!(CONTEXTUAL.contains(word), "{word}");
        }
        for word in STATEMENTS {
            assert!(is_reserved(word), "{word}");
        }
    }

    #[test]
    fn no_word_of_a_declaration_is_missed() {
        assert!(DECLARATIONS.iter().all(|word| begins_declaration(word)));
        assert!(["", "pipe", "Node", "a word that is longer than all"].iter().all(|word| !begins_declaration(word)));
    }
}

//! The tree-sitter grammar.

use tree_sitter::{Language, Parser, Tree};

unsafe extern "C" {
    fn tree_sitter_gml() -> *const ();
}

/// The language, from the parser that `build.rs` compiles.
pub fn sitter_language() -> Language {
    // SAFETY: the generated parser defines this function with this signature, and what it returns lives for ever.
    let language = unsafe { tree_sitter_language::LanguageFn::from_raw(tree_sitter_gml) };
    Language::new(language)
}

/// A parser of the language.
///
/// # Panics
///
/// Where the parser was generated for a tree-sitter that the linked one does not understand.
pub fn sitter_parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&sitter_language()).expect("the parser is of a version that tree-sitter takes");
    parser
}

/// The tree of a text.
///
/// # Panics
///
/// Where the parser was given no language or was stopped; neither happens here.
pub fn sitter_tree(parser: &mut Parser, text: &str) -> Tree {
    parser.parse(text, None).expect("nothing stops the parser")
}

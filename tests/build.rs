//! Compiles the parser that tree-sitter generated from `grammar/tree-sitter-gml`, so that tests can hold it against ours.

use std::path::Path;

fn main() {
    let sources = Path::new("../grammar/tree-sitter-gml/src");
    let files = ["parser.c", "scanner.c"].map(|name| sources.join(name));
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    // What tree-sitter generates is not ours to silence warnings in.
    cc::Build::new().std("c11").include(sources).files(files).warnings(false).compile("tree-sitter-gml");
}

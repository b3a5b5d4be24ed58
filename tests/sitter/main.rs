//! The tree-sitter grammar and the editors' word lists, held to the compiler's own parser.

mod agreement;
mod broken;
mod copies;
mod corpus;
mod highlights;
mod mutations;
mod samples;
mod trees;
mod words;

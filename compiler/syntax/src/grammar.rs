//! The parser that pest makes of `grammar/gml.pest`. [`crate::matcher`] reads programs with the same rules; pest says what
//! is wrong with those that do not fit.

// pest gives the generated items no comments.
#![allow(missing_docs, unused_qualifications)]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "../../../grammar/gml.pest"]
pub(crate) struct Grammar;

//! The parser that pest makes of `grammar/gml.pest`. Everything else of pest is in [`crate::parse`] and
//! [`crate::build`].

// pest gives the generated items no comments.
#![allow(missing_docs, unused_qualifications)]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "../../../grammar/gml.pest"]
pub(crate) struct Grammar;

//! Models as object files: what a linker makes a shared library of, and the C header that says how to call it.
//!
//! What lives here: a model as plain data ([`Model`]), the machine code that scores rows with it, the header. What does not: where
//! models come from (`gml-operators`), files and the linker (`gmlc`).
//!
//! | module | in → out |
//! |---|---|
//! | `model`, `learner`, `check` | columns, words, operations, learners, curves: the model as values |
//! | `prepare`, `change`, `dates` | the values of a row, as straight-line code |
//! | `hash`, `decimal`, `shortest`, `powers` | numbers → their text → the bucket of its hash |
//! | `words`, `alphabet`, `spelling` | a text → how much each word counts |
//! | `forest` | an ensemble → node tables whose every question is `value <= threshold` |
//! | `walk` | eight walks through the node tables in flight: eight rows, or eight trees |
//! | `part` | the values of a row → the scores of a learner |
//! | `pool` | the scores of several learners → scores |
//! | `finish` | sums → scores: transforms; scores → curves, the likeliest class |
//! | `score` | rows → answers |
//! | `texts` | texts → codes |
//! | `names` | what columns, outputs and classes are called, as functions |
//! | `header` | the header |
//!
//! The code is for the baseline of the processor's family: it runs on each machine of it. Tables are read-only data without an address
//! in them, and code has none either: what a loader fills in is where the tables are, and the C library's `exp`, `expf`, `log`, `log1p`
//! and `fma`.

mod alphabet;
mod change;
mod check;
mod dates;
mod decimal;
mod emit;
mod finish;
mod forest;
mod hash;
mod header;
mod learner;
mod model;
mod names;
mod part;
mod pool;
mod powers;
mod prepare;
mod score;
mod search;
mod shortest;
mod spelling;
mod tables;
mod texts;
mod unit;
mod walk;
mod words;

pub use learner::{Curve, Learner, Linear, Link, Part, Pool, Pooled};
pub use model::{Change, Column, Counts, Facts, Holds, Model, Operation, PART_COUNT, Written};
pub use texts::murmur3;

use std::fmt;

use prepare::Tools;
use unit::Unit;

/// What a model becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The object file.
    pub object: Vec<u8>,
    /// The text of the header.
    pub header: String,
    /// The machine that the object is for, as linkers name it: `x86_64-unknown-linux-gnu`.
    pub host: String,
}

/// Why a model has no object file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncompiled {
    /// The model contradicts itself.
    Broken(String),
    /// It is larger than the tables of a library can be, or the machine is none that code is made for.
    Unsupported(String),
}

impl fmt::Display for Uncompiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(what) | Self::Unsupported(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Uncompiled {}

/// Compiles a model. The same model and facts give the same bytes on machines of one kind.
///
/// # Errors
/// [`Uncompiled`] where the model contradicts itself, or is too large.
pub fn compile(model: &Model, facts: &Facts) -> Result<Compiled, Uncompiled> {
    check::check(model)?;
    if !is_identifier(&facts.name) {
        return Err(Uncompiled::Broken(format!("`{}` is no name that C takes", facts.name)));
    }
    let mut unit = Unit::new(&facts.name)?;
    let tools = Tools::define(&mut unit, model)?;
    score::define(&mut unit, model, facts, &tools)?;
    texts::define(&mut unit, model, facts, &tools)?;
    names::define(&mut unit, model, facts)?;
    let host = unit.host();
    let header = header::text(model, facts, &host);
    Ok(Compiled { object: unit.finish()?, header, host })
}

/// Whether C takes it as the beginning of names.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    name.chars().all(fits) && name.starts_with(|sign: char| sign.is_ascii_alphabetic())
}

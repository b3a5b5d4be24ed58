//! What an editor asks of a program: hover, completion, definition, references, rename, actions and the rest.
//!
//! Plain data in, plain data out: files, byte offsets, Markdown. What lives here: finding out what stands at a place and
//! what could. What does not: the protocol of editors, files, the clock. All of it works on programs that are wrong or not
//! finished, and gives what can be known of them.

mod actions;
mod completion;
mod describe;
mod edit;
mod facts;
mod highlight;
mod hints;
mod hover;
mod library;
mod lines;
mod navigate;
mod origin;
mod outline;
mod rename;
mod signature;
mod structure;
mod symbol;
mod tree;
mod units;
mod words;

pub use actions::{Action, actions, fix_all};
pub use completion::{Completion, CompletionKind, Source, complete};
pub use edit::{Edit, apply};
pub use highlight::{HighlightedToken, TokenClass, highlight};
pub use hints::{Hint, hints};
pub use hover::{Hover, hover};
pub use lines::{Encoding, Lines, Position, units};
pub use navigate::{Reference, Target, definition, highlights, references};
pub use outline::{Found, Outline, outline, search};
pub use rename::{prepare_rename, rename};
pub use signature::{SignatureHelp, SignatureText, signature_help};
pub use structure::{Fold, FoldKind, folds, selections};
pub use symbol::SymbolKind;

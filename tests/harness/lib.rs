//! What the tests of the whole share: checking and running a program given as text, and where things are.

mod command;
mod markdown;
mod paths;
mod peer;
mod program;
mod project;
mod sitter;

pub use command::{Finished, gmlc, gmlc_folder, gmlc_with};
pub use markdown::{Fence, fences};
pub use paths::{peers_python, repository, shared_data, wanted};
pub use peer::peer;
pub use program::{Checked, check_files, check_text, run_tests};
pub use project::Project;
pub use sitter::{sitter_language, sitter_parser, sitter_tree};

//! `gmlc infer`

use std::path::Path;

use crate::exit::Exit;
use crate::output;

/// Prints the schema of a file.
pub fn infer(file: &Path) -> Exit {
    match gml_connect::infer(file) {
        Ok(schema) => {
            output::line(schema.trim_end());
            Exit::Done
        }
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}

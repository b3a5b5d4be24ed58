//! `gmlc explain`

use gml_diagnostics::Code;

use crate::exit::Exit;
use crate::output;

/// Prints the page of a code, or the list of all codes.
pub fn explain(code: Option<&str>) -> Exit {
    let Some(text) = code else {
        for code in Code::all() {
            output::line(format!("{}  {:<28}  {}", code.id(), code.name(), code.summary()));
        }
        return Exit::Done;
    };
    match Code::find(text) {
        Some(code) => {
            output::line(code.page().trim_end());
            Exit::Done
        }
        None => {
            output::error_line(format!("there is no code {text}; `gmlc explain` lists them all"));
            Exit::Usage
        }
    }
}

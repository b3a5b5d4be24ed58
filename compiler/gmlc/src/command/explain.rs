//! `gmlc explain`

use gml_analysis::suggest;
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
    match found(text) {
        Some(code) => {
            output::line(code.page().trim_end());
            Exit::Done
        }
        None => {
            output::error_line(unknown(text));
            Exit::Usage
        }
    }
}

/// By its id or its name; the letters in front of its number may be left out.
fn found(text: &str) -> Option<Code> {
    let by_number = || text.parse::<u16>().ok().and_then(|number| Code::find(&format!("GML{number:04}")));
    Code::find(text).or_else(by_number)
}

fn unknown(text: &str) -> String {
    let name = text.to_lowercase().replace('_', "-");
    let names = Code::all().map(Code::name);
    match suggest::closest(&name, names) {
        Some(near) => format!("there is no code {text}; did you mean `{near}`? `gmlc explain` lists them all"),
        None => format!("there is no code {text}; `gmlc explain` lists them all"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_enough() {
        assert_eq!(found("301").map(Code::id), Some("GML0301"));
        assert_eq!(found("0301").map(Code::name), Some("unknown-column"));
        assert!(found("9999").is_none() && found("x1").is_none());
    }

    #[test]
    fn a_misspelt_name_is_told_the_nearest() {
        assert!(unknown("unused_lets").contains("did you mean `unused-let`?"));
        assert_eq!(unknown("GML9999"), "there is no code GML9999; `gmlc explain` lists them all");
    }
}

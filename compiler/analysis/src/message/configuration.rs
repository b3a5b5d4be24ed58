//! `gml.toml`.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};

use super::{listed, proposing};

const LEVELS: &str = "the levels are \"allow\" (say nothing), \"warn\" and \"deny\" (an error)";

/// `reason` as the TOML library gives it.
pub(crate) fn not_toml(reason: &str, span: Span) -> Diagnostic {
    let reason: Vec<&str> = reason.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Diagnostic::new(codes::CONFIGURATION_SYNTAX, span, format!("this is no TOML: {}", reason.join("; ")))
        .help("write tables and keys, as in `[lints]` and below it `join_without_expect = \"deny\"`")
}

pub(crate) fn unknown_table(name: &str, span: Span, proposal: Option<&str>, known: &[&str]) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_CONFIGURATION, span, format!("`{name}` is nothing that can be configured"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic.help(format!("what can be is {}", listed(known.iter().copied()))),
    }
}

pub(crate) fn not_a_table(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_CONFIGURATION, span, format!("`{name}` is a table, and this is a value"))
        .help(format!("write `[{name}]` on a line of its own, and its keys below"))
}

pub(crate) fn unknown_key(table: &str, name: &str, span: Span, proposal: Option<&str>, known: &[&str]) -> Diagnostic {
    let message = format!("`[{table}]` has no key `{name}`");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_CONFIGURATION, span, message);
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic.help(format!("its keys are {}", listed(known.iter().copied()))),
    }
}

pub(crate) fn text_due(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_CONFIGURATION, span, format!("the value of `{name}` is a text"))
        .help("write it in quotes, as in `venv = \".venv\"` or `timeout = \"10min\"`")
}

pub(crate) fn duration_due(text: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_CONFIGURATION, span, format!("{text:?} is no duration"))
        .help("write it as in a program: \"30s\", \"10min\", \"2h\"")
}

pub(crate) fn not_a_path(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_CONFIGURATION, span, format!("`{name}` is the path of a file, in quotes"))
        .help("write file = \"secrets.toml\"; the path starts at the project")
}

pub(crate) fn unknown_lint(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_LINT_LEVEL, span, format!("there is no lint `{name}`"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic.help("lints are the warnings that `gmlc explain` lists, with `_` for `-`"),
    }
}

pub(crate) fn no_level(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_LINT_LEVEL, span, format!("`{name}` is an error, which has no other level"))
        .help("leave it out: only warnings have levels")
}

pub(crate) fn lint_twice(name: &str, id: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_LINT_LEVEL, span, format!("the level of `{name}` is set twice"))
        .with_label(format!("{id} under another name"))
        .help("leave one of them out")
}

/// `word`: what was written, where that is a text.
pub(crate) fn bad_level(lint: &str, word: Option<&str>, span: Span, proposal: Option<&str>) -> Diagnostic {
    let message = match word {
        Some(word) => format!("`{word}` is no level for `{lint}`"),
        None => format!("the level of `{lint}` is a word in quotes"),
    };
    let diagnostic = Diagnostic::new(codes::BAD_LINT_LEVEL, span, message);
    match proposal {
        Some(near) => {
            diagnostic.help(format!("did you mean \"{near}\"? {LEVELS}")).fix(Fix::guess(span, format!("\"{near}\"")))
        }
        None => diagnostic.help(LEVELS),
    }
}

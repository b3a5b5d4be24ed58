//! Files, modules and the names they take from each other.

use gml_diagnostics::{Diagnostic, Span, codes};

use super::proposing;
use crate::world::{ReadError, SOURCE_LIMIT};

/// A source file that is there, or should be, and cannot be read. `span` lies in the file itself.
pub(crate) fn unreadable(path: &str, error: &ReadError, span: Span) -> Diagnostic {
    match error {
        ReadError::NotFound => Diagnostic::new(codes::FILE_MISSING, span, format!("there is no file `{path}`"))
            .help("name a `.gml` file, or run this in the folder that holds `main.gml`"),
        ReadError::InvalidUtf8 { .. } => {
            Diagnostic::new(codes::INVALID_UTF8, span, format!("`{path}`: {error}")).help("save the file as UTF-8")
        }
        ReadError::TooLarge { .. } => {
            Diagnostic::new(codes::FILE_TOO_LARGE, span, format!("`{path}`: {error}")).help(format!(
                "divide it over files of up to {} MiB, which take names from each other with `use`",
                SOURCE_LIMIT >> 20
            ))
        }
        ReadError::Other(reason) => {
            Diagnostic::new(codes::CANNOT_READ, span, format!("`{path}` cannot be read: {reason}"))
        }
    }
}

/// `looked_for`: the files that would be the module.
pub(crate) fn unknown_module(name: &str, looked_for: &[String], span: Span, proposal: Option<&str>) -> Diagnostic {
    let files: Vec<String> = looked_for.iter().map(|file| format!("no file `{file}`")).collect();
    let diagnostic = Diagnostic::new(codes::UNKNOWN_MODULE, span, format!("there is no module `{name}`"))
        .with_label(files.join(" and "));
    proposing(diagnostic, span, proposal)
}

pub(crate) fn unknown_std_module(name: &str, span: Span, proposal: Option<&str>, modules: &[&str]) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_MODULE, span, format!("the standard library has no module `{name}`"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic.help(format!("its modules are {}", super::listed(modules.iter().copied()))),
    }
}

/// `elsewhere`: what to do where another module declares the name.
pub(crate) fn unknown_import(
    module: &str,
    name: &str,
    span: Span,
    proposal: Option<&str>,
    elsewhere: Option<String>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_IMPORT, span, format!("`{module}` declares no `{name}`"));
    match (elsewhere, proposal) {
        (Some(elsewhere), _) => diagnostic.help(elsewhere),
        (None, proposal) => proposing(diagnostic, span, proposal),
    }
}

/// A name that a module has only by a `use` of its own.
pub(crate) fn import_of_import(module: &str, name: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_IMPORT, span, format!("`{module}` itself only imports `{name}`"))
        .and(declared, "imported here")
        .help("import it from the module that declares it")
}

pub(crate) fn takes_nothing(module: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_IMPORT, span, format!("this takes no name from `{module}`"))
        .help(format!("say which: `use {module}.{{first, second}}`"))
}

/// A module of the prelude in a `use`.
pub(crate) fn needless_module(module: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_IMPORT, span, format!("`{module}` need not be imported"))
        .help("leave the `use` out: what it declares can be used everywhere")
}

/// `chain`: the modules of the circle with the `use` in each that leads to the next.
pub(crate) fn import_cycle(chain: &[(&str, Span)]) -> Option<Diagnostic> {
    let ((first, span), rest) = chain.split_first()?;
    let mut names: Vec<String> = chain.iter().map(|(name, _)| format!("`{name}`")).collect();
    names.push(format!("`{first}`"));
    let message = match rest {
        [] => format!("module `{first}` imports itself"),
        _ => format!("modules import each other in a circle: {}", names.join(" → ")),
    };
    let mut diagnostic = Diagnostic::new(codes::IMPORT_CYCLE, *span, message);
    for (name, span) in rest {
        diagnostic = diagnostic.and(*span, format!("`{name}` goes on here"));
    }
    let help = match rest {
        [] => "leave the `use` out: what a file declares can be used in it",
        _ => "move what both need into a module of its own",
    };
    Some(diagnostic.help(help))
}

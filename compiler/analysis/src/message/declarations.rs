//! Declarations.

use gml_diagnostics::{Code, Diagnostic, Fix, Span, codes};
use gml_ir::Type;

use super::{listed, proposing, types::kind};

pub(crate) fn duplicate_name(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_NAME, span, format!("the name `{name}` is taken"))
        .and(first, format!("`{name}` is declared here first"))
        .help("give one of them another name")
}

/// Of names that are unique in a project; `what` with its plural, as "pipelines".
pub(crate) fn duplicate_in_project(what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_NAME, span, format!("two {what} have the name `{name}`"))
        .and(first, "the first one")
        .help(format!("names of {what} are unique in a project: give one of them another"))
}

pub(crate) fn duplicate_parameter(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_NAME, span, format!("two parameters have the name `{name}`"))
        .and(first, "the first one")
        .help("give one of them another name")
}

/// A declaration by `word`, which is one of the standard library's.
pub(crate) fn only_standard(word: &str, name: &str, span: Span) -> Diagnostic {
    let help = match word {
        "operator" => "write `node name(t: table[T]) -> table[U] { .. }` for a step over tables",
        "type" => {
            "write `schema Name { column: type, .. }` for a kind of rows; other types are written where they are used"
        }
        "function" => "write `fn name(x: int) -> int = value` for a function of values",
        _ => {
            "write what it computes into the `group` or the `derive`, or `fn name(x: int) -> int = value` for a part of it"
        }
    };
    let message = format!("`{word}` declares what is built in, and `{name}` is not");
    Diagnostic::new(codes::FOREIGN_KEYWORD, span, message).help(help)
}

pub(crate) fn shadows_std(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::SHADOWED_NAME, span, format!("`{name}` hides the standard library's `{name}`"))
        .help("give it another name, so that readers do not take one for the other")
}

/// A name of a body that means something else outside of it; `what` that is, as "parameter".
pub(crate) fn hides(name: &str, span: Span, what: &str, hidden: Span) -> Diagnostic {
    Diagnostic::new(codes::SHADOWED_NAME, span, format!("`{name}` hides the {what} `{name}`"))
        .with_label("from here on the name means this")
        .and(hidden, format!("and no longer the {what}"))
        .help("give it another name")
}

pub(crate) fn name_case(name: &str, span: Span, wanted: &str, ours: String) -> Diagnostic {
    Diagnostic::new(codes::NAME_CASE, span, format!("`{name}` is not written in {wanted}"))
        .help(format!("write `{ours}`"))
        .fix(Fix::guess(span, ours))
}

/// `chain`: each declaration of the circle with the place where it needs the next.
pub(crate) fn definition_cycle(what: &str, chain: &[(&str, Span)], help: &str) -> Option<Diagnostic> {
    let ((first, span), rest) = chain.split_first()?;
    let message = match rest {
        [] => format!("{what} `{first}` needs itself"),
        _ => {
            let names: Vec<String> = chain.iter().chain([&chain[0]]).map(|(name, _)| format!("`{name}`")).collect();
            format!("{what}s need each other in a circle: {}", names.join(" → "))
        }
    };
    let mut diagnostic = Diagnostic::new(codes::DEFINITION_CYCLE, *span, message);
    for (name, span) in rest {
        diagnostic = diagnostic.and(*span, format!("`{name}` goes on here"));
    }
    Some(diagnostic.help(help))
}

pub(crate) fn param_needs_later(param: &str, later: &str, span: Span, declared: Span) -> Diagnostic {
    if param == later {
        return Diagnostic::new(
            codes::DEFINITION_CYCLE,
            span,
            format!("the default of `{param}` needs `{param}` itself"),
        )
        .help("write a value that does not depend on it");
    }
    Diagnostic::new(
        codes::DEFINITION_CYCLE,
        span,
        format!("the default of `{param}` needs `{later}`, which comes later"),
    )
    .and(declared, format!("`{later}` is declared here"))
    .help(format!("declare `{later}` before `{param}`"))
}

pub(crate) fn not_a_dataset_type(name: &str, ty: &Type, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::TYPE_MISMATCH, span, format!("the catalog cannot hold {}", kind(ty)));
    match ty {
        Type::Estimator(_) => {
            diagnostic.help("an estimator is not learned yet: save what `fit` makes of it, as `model` or `transform`")
        }
        Type::Named(_) => {
            diagnostic.help(format!("results go into the run record: leave `{name}` out, and `track` the value"))
        }
        _ => diagnostic.help("an entry holds a table (`table[Schema]`) or something learned (`model`, `transform`)"),
    }
}

/// `what` declares values of a kind that it cannot take, as "a `fn`".
pub(crate) fn cannot_take(what: &str, ty: &Type, span: Span, help: &str) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("{what} cannot take {}", kind(ty))).help(help)
}

pub(crate) fn cannot_give(what: &str, ty: &Type, span: Span, help: &str) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("{what} cannot give {}", kind(ty))).help(help)
}

pub(crate) fn foreign_columns(language: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CANNOT_INFER_TYPE, span, format!("what `{language}` gives back cannot be inferred")).help(
        "write its columns, `table { city: str, n: int }`, or `table { .. }` where they are not known before the run",
    )
}

pub(crate) fn foreign_result(language: &str, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("a node in {language} gives back a table, not {}", kind(ty)))
        .help("write `table[Schema]`, or `table { city: str, n: int }`")
}

pub(crate) fn unknown_language(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_FUNCTION, span, format!("no node can be written in `{name}`"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => {
            diagnostic.help("write `= python(\"file.py\", \"function\")`, `= sql(\"select ..\")`, or a body in braces")
        }
    }
}

pub(crate) fn foreign_unknown_argument(language: &str, name: &str, span: Span, known: &[&str]) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_ARGUMENT, span, format!("`{language}` has no argument `{name}`"))
        .help(format!("it takes {}", listed(known.iter().copied())))
}

pub(crate) fn foreign_duplicate_argument(language: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_ARGUMENT, span, format!("`{language}` is given `{name}` twice"))
        .help("leave one of them out")
}

pub(crate) fn foreign_too_many(language: &str, span: Span, known: &[&str]) -> Diagnostic {
    Diagnostic::new(codes::TOO_MANY_ARGUMENTS, span, format!("`{language}` does not take so many arguments"))
        .help(format!("it takes {}", listed(known.iter().copied())))
}

pub(crate) fn foreign_missing_argument(language: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::MISSING_ARGUMENT, span, format!("`{language}` lacks its argument `{name}`"))
}

pub(crate) fn foreign_needs_text(language: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONSTANT_NEEDED, span, format!("`{name}` of `{language}` is a plain text"))
        .help("write it in quotes, without `f`: it is read before the run")
}

pub(crate) fn foreign_empty(language: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, format!("`{name}` of `{language}` is empty"))
}

pub(crate) fn unknown_env(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    proposing(Diagnostic::new(codes::UNKNOWN_IN_ENV, span, format!("there is no env `{name}`")), span, proposal)
}

pub(crate) fn env_unknown_setting(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_IN_ENV, span, format!("there is no parameter `{name}` to set"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic.help("an env sets parameters, `catalog.entry`, `resources(pipeline)` and `tracking`"),
    }
}

pub(crate) fn env_unknown_dataset(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_IN_ENV, span, format!("the catalog has no entry `{name}`"));
    proposing(diagnostic, span, proposal)
}

pub(crate) fn env_setting_form(name: &str, span: Span, form: &str) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_IN_ENV, span, format!("`{name}` is not set like this"))
        .help(format!("write `{form}`"))
}

pub(crate) fn env_duplicate_setting(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_ENV_SETTING, span, format!("`{name}` is set twice"))
        .and(first, "set here first")
        .help("leave one of them out")
}

/// `tags(..)` above what does not run.
pub(crate) fn tags_of_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNEXPECTED_TOKEN, span, "tags stand above a pipeline or a node")
        .help("`gmlc run --tags` chooses pipelines and nodes by them; take them away here")
}

/// `resources(name)` in an env.
pub(crate) fn resources_of_nothing(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let message = format!("there is no pipeline or node `{name}`");
    proposing(Diagnostic::new(codes::UNKNOWN_PIPELINE, span, message), span, proposal)
}

pub(crate) fn unknown_lint(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_LINT, span, format!("there is no warning `{name}` to allow"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic.help("`allow` takes the name of a warning, such as `unused_node`"),
    }
}

pub(crate) fn error_allowed(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_LINT, span, format!("`{name}` is an error, which cannot be allowed"))
        .help("mend what it says")
}

pub(crate) fn unused_allow(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNUSED_ALLOW, span, format!("there is no `{name}` here to allow"))
        .help("leave it out: it would hide the next one that comes")
}

/// `what` with its article, as "this node"; `help` says how it would be used.
pub(crate) fn unused(code: Code, what: &str, name: &str, span: Span, help: &str) -> Diagnostic {
    Diagnostic::new(code, span, format!("{what} `{name}` is never used")).help(help)
}

pub(crate) fn unused_import(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNUSED_IMPORT, span, format!("`{name}` is imported and never used"))
        .help("leave it out of the `use`")
}

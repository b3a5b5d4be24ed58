//! Names.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::Type;
use gml_syntax::ast::Name;

use super::{before, guess, listed, proposing, safe};
use crate::check::body::Place;
use crate::package::Definition;
use crate::suggest::closest;

pub(in crate::check) fn unknown_name<'n>(
    name: &str,
    span: Span,
    names: impl IntoIterator<Item = &'n str>,
    columns: Vec<&str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, format!("there is no `{name}` here"))
        .with_label("not the name of anything in scope");
    let column = closest(name, columns);
    let other = closest(name, names);
    if let Some(help) = elsewhere(name) {
        return diagnostic.help(help);
    }
    match (other, column) {
        (Some(other), _) => proposing(diagnostic, span, Some(other)),
        (None, Some(column)) => diagnostic
            .help(format!("columns are written with a dot in front: did you mean `.{column}`?"))
            .fix(guess(span, format!(".{column}"))),
        (None, None) => {
            diagnostic.help(format!("bind it before with `let {name} = ..`, or declare it: `param {name}: .. = ..`"))
        }
    }
}

/// What other languages have under a name, and what does it here.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "std" => {
            "a name of the standard library is taken at the top of the file, `use std.learn.{boosted_trees}`, and used by itself"
        }
        "row" | "it" | "self" | "this" | "_" | "cur" => {
            "the row at hand has no name: its columns are written with a dot in front, `.price`"
        }
        "pd" | "np" | "pl" | "plt" | "sklearn" | "torch" => {
            "there are no packages of Python here: a node may be a function in a Python file, `= python(\"file.py\", \"function\")`"
        }
        "inf" | "Infinity" | "nan" | "NaN" => {
            "what is no number is not written out: let a value that may be missing be null"
        }
        _ => return None,
    })
}

pub(in crate::check) fn column_without_dot(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_NAME, span, format!("`{name}` is a column, and columns have a dot in front"))
        .with_label("a bare name is a `let`, a parameter or a dataset")
        .help(format!("write `.{name}`"))
        .fix(safe(before(span), "."))
}

pub(in crate::check) fn used_before_let(name: &str, span: Span, bound: Span) -> Diagnostic {
    Diagnostic::new(codes::USED_BEFORE_LET, span, format!("`{name}` is used before the `let` that binds it"))
        .with_label("not bound yet")
        .and(bound, "bound here")
        .help("move that `let` up")
}

pub(in crate::check) fn unknown_choice(word: &str, span: Span, values: &[std::sync::Arc<str>]) -> Diagnostic {
    let known = listed(values.iter().map(|value| &**value));
    let diagnostic = Diagnostic::new(codes::UNKNOWN_CHOICE, span, format!("`{word}` is none of {known}"))
        .with_label(if values.len() == 1 { format!("only {known} can stand here") } else { "not one of them".into() });
    let known = |name: &str| values.iter().any(|value| &**value == name);
    // What other tools call it, which is no misspelling.
    let proposal = match word {
        "outer" | "full_outer" if known("full") => Some("full"),
        "left_outer" if known("left") => Some("left"),
        _ => closest(word, values.iter().map(|value| &**value)),
    };
    proposing(diagnostic, span, proposal)
}

pub(in crate::check) fn not_a_value(name: &str, span: Span, definition: &Definition) -> Diagnostic {
    let (what, help) = match definition {
        Definition::Function(_) => ("a `fn`", Some(format!("call it: `{name}(..)`"))),
        Definition::Node(_) => ("a node", Some(format!("call it: `{name}(..)`"))),
        Definition::Pipeline(_) => ("a pipeline", Some(format!("`run {name}()` runs it"))),
        Definition::Schema(_) => ("a schema", Some(format!("it names the columns of a table: `table[{name}]`"))),
        Definition::Alias(_) => ("a type", None),
        _ => ("no value", None),
    };
    let diagnostic = Diagnostic::new(codes::NOT_A_VALUE, span, format!("`{name}` is {what}, not a value"))
        .with_label("a value is due here");
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

pub(in crate::check) fn function_as_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::NOT_A_VALUE, span, format!("`{name}` is a function, not a value"))
        .with_label("it needs its arguments")
        .help(format!("call it: `{name}(..)`"))
}

pub(in crate::check) fn dataset_outside(name: &str, span: Span, ty: &Type, place: &Place) -> Diagnostic {
    let (what, help) = match place {
        Place::Node(node) => (
            "a node cannot see the catalog",
            format!(
                "make it a parameter, `node {node}({name}: {}, ..)`, and pass it where a pipeline calls the node",
                table_of(ty)
            ),
        ),
        Place::Function(function) => {
            ("a `fn` cannot see the catalog", format!("pass what `{function}` needs as an argument"))
        }
        Place::Test => (
            "a test cannot see the catalog",
            format!("write the rows it needs: `let {name} = {ty_example} [ {{ .. }} ]`", ty_example = table_of(ty)),
        ),
        _ => ("a constant cannot be read from the catalog", "only pipelines read datasets".into()),
    };
    Diagnostic::new(codes::DATASET_IN_NODE, span, format!("`{name}` is a dataset, and {what}"))
        .with_label("a dataset of the catalog")
        .help(help)
}

fn table_of(ty: &Type) -> String {
    match ty {
        Type::Table(table) => match &table.row.schema {
            Some(schema) => format!("table[{schema}]"),
            None => ty.to_string(),
        },
        ty => ty.to_string(),
    }
}

pub(in crate::check) fn shadowed(name: &Name, hidden: Span) -> Diagnostic {
    Diagnostic::new(codes::SHADOWED_NAME, name.span, format!("`{}` hides another `{}`", name.text, name.text))
        .with_label("from here on the name means this")
        .and(hidden, "and no longer this")
        .help("give one of them another name")
}

pub(in crate::check) fn unknown_pipeline<'n>(name: &Name, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_PIPELINE, name.span, format!("there is no pipeline `{}`", name.text))
            .with_label("no pipeline has this name");
    proposing(diagnostic, name.span, closest(&name.text, known))
}

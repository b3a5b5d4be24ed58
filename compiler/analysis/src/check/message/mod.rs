//! The wording of diagnostics, one function each. What decides whether one is given stands where it is called.

pub(super) mod calls;
pub(super) mod columns;
pub(super) mod datasets;
pub(super) mod learning;
pub(super) mod names;
pub(super) mod nulls;
pub(super) mod results;
pub(super) mod rows;
pub(super) mod space;
pub(super) mod spaces;
mod synonyms;
pub(super) mod together;
pub(super) mod types;

use gml_diagnostics::{Diagnostic, Fix, Span};
use gml_ir::Row;

pub(super) use crate::message::{listed, proposing};

/// What wants a value of a certain type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Want<'w> {
    /// An argument of a function, by both names.
    Argument { function: &'w str, param: &'w str },
    /// A field of a struct.
    Field(&'w str),
    /// An item of a list.
    Item,
    /// A cell of a table literal, by its column.
    Cell(&'w str),
    /// A column in which null is filled.
    Fill(&'w str),
    /// A parameter's default, and where its type stands.
    Default(&'w str, Span),
    /// A `let` with a type.
    Let(&'w str, Span),
    /// The result of a `fn`.
    Result(&'w str, Span),
    /// The result of a node, and where its type stands.
    NodeResult(Span),
    /// A setting of an env, an entry, a foreign node.
    Setting(&'w str),
    /// A catalog entry, and where it stands.
    Entry(&'w str, Span),
    /// The message of an `expect`.
    Message,
    /// The items of a loop.
    Items,
}

impl<'w> Want<'w> {
    /// An argument of a function.
    pub fn argument(function: &'w str, param: &'w str) -> Self {
        Self::Argument { function, param }
    }

    /// Who wants it, as the subject of a sentence.
    pub fn subject(&self) -> String {
        match self {
            Self::Argument { function, param } => format!("`{param}` of `{function}`"),
            Self::Field(name) => format!("the field `{name}`"),
            Self::Item => "an item of the list".into(),
            Self::Cell(name) | Self::Fill(name) => format!("the column `{name}`"),
            Self::Default(name, _) | Self::Let(name, _) => format!("`{name}`"),
            Self::Result(name, _) => format!("the result of `{name}`"),
            Self::NodeResult(_) => "the result of the node".into(),
            Self::Setting(name) => format!("`{name}`"),
            Self::Entry(name, _) => format!("the entry `{name}`"),
            Self::Message => "the message of `expect`".into(),
            Self::Items => "what a loop goes over".into(),
        }
    }

    /// Adds where the type was declared.
    pub fn declared(&self, diagnostic: Diagnostic, ty: &gml_ir::Type) -> Diagnostic {
        match self {
            Self::Default(_, span) | Self::Let(_, span) | Self::Result(_, span) | Self::NodeResult(span) => {
                diagnostic.and(*span, format!("declared as {ty}"))
            }
            Self::Entry(_, span) => diagnostic.and(*span, "declared here"),
            _ => diagnostic,
        }
    }
}

/// An edit that keeps the meaning.
fn safe(span: Span, replacement: impl Into<String>) -> Fix {
    Fix::safe(span, replacement)
}

/// An edit that may not be what was meant.
fn guess(span: Span, replacement: impl Into<String>) -> Fix {
    Fix::guess(span, replacement)
}

/// Sends a table through one more step.
fn step(table: Span, step: &str) -> Fix {
    Fix::guess(behind(table), format!(" |> {step}")).titled(format!("add `|> {step}`"))
}

/// Calls a method on what stands at a span, put into parentheses where the call would mean a part of it only.
fn calling(span: Span, text: &str, method: &str) -> Fix {
    let call = format!(".{method}");
    if is_operand(text) {
        return Fix::guess(behind(span), call);
    }
    Fix::guess(before(span), "(").and(behind(span), format!("){call}")).titled(format!("call `{call}` on it"))
}

/// Whether a method call behind a text would mean all of it.
fn is_operand(text: &str) -> bool {
    text.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '.' | '_' | '?' | '"'))
        || (text.ends_with(')') && !text.contains(' '))
}

/// The empty place in front of a span.
fn before(span: Span) -> Span {
    Span { end: span.start, ..span }
}

/// The empty place behind a span.
fn behind(span: Span) -> Span {
    Span { start: span.end, ..span }
}

/// What columns there are: `.a, .b and 12 more`.
fn columns_of(row: &Row) -> String {
    const SHOWN: usize = 12;
    if row.columns.is_empty() {
        return "it has no columns".into();
    }
    let shown: Vec<String> = row.columns.iter().take(SHOWN).map(|column| format!(".{}", column.name)).collect();
    let more = row.columns.len().saturating_sub(SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("there are {}{tail}", shown.join(", "))
}

/// Source text short enough for a message.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let head: String = line.chars().take(LONGEST - 2).collect();
    format!("{head} ..")
}

/// `s` where there are several.
fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

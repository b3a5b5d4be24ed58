//! `query(.., sql: .., args: ..)`: the places in the text, or in the file that it stands in, and the arguments belong together.

use gml_diagnostics::Span;
use gml_ir::{QueryPiece, Value, query_pieces};

use super::body::Body;
use super::message;
use crate::message::foreign::foreign_file;
use crate::suggest::closest;
use crate::typed::{Text, Typed, TypedCall, TypedKind};

impl Body<'_> {
    /// Holds the text of a query, where it is written out, against the arguments.
    pub fn asked(&mut self, connector: &Typed) {
        let TypedKind::Call(call) = &connector.kind else { return };
        let Some((sql, span)) = self.text_of_query(call) else { return };
        let args: Vec<(&str, Span)> = match call.value("args").map(|args| &args.kind) {
            None | Some(TypedKind::Literal(Value::Null)) => Vec::new(),
            Some(TypedKind::Record(fields)) => fields.iter().map(|(name, value)| (&**name, value.span)).collect(),
            Some(_) => return,
        };
        let names = || args.iter().map(|(name, _)| *name);
        let mut used: Vec<&str> = Vec::new();
        for piece in query_pieces(&sql) {
            let QueryPiece::Name(name) = piece else { continue };
            if !used.contains(&name) && !names().any(|known| known == name) {
                let near = closest(name, names());
                let names: Vec<&str> = names().collect();
                self.emit(message::datasets::query_lacks(name, self.place_of(name, span), &names, near));
            }
            used.push(name);
        }
        for (name, span) in args.iter().filter(|(name, _)| !used.contains(name)) {
            self.emit(message::datasets::query_has_no_place(name, *span));
        }
    }

    /// The text of a query, and where it is written or its file is named. Says so where that file cannot be read.
    fn text_of_query(&mut self, call: &TypedCall) -> Option<(Text, Span)> {
        let written = |name: &str| match call.value(name)? {
            Typed { kind: TypedKind::Literal(Value::Str(text)), span, .. } => Some((text.clone(), *span)),
            _ => None,
        };
        if let Some(sql) = written("sql") {
            return Some(sql);
        }
        let (path, span) = written("file")?;
        match self.shared.package.queries.get(&path)? {
            Ok(text) => Some((text.clone(), span)),
            Err(error) => {
                self.emit(foreign_file(&path, &error.to_string(), span));
                None
            }
        }
    }

    /// Where `:name` stands in a literal.
    fn place_of(&self, name: &str, literal: Span) -> Span {
        let (text, name) = (self.text(literal), format!(":{name}"));
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let is_whole = |at: &usize| !text[at + name.len()..].starts_with(is_part);
        let Some(at) = text.match_indices(&*name).map(|(at, _)| at).find(is_whole) else { return literal };
        let start = literal.start + u32::try_from(at).unwrap_or(0);
        Span { start, end: start + u32::try_from(name.len()).unwrap_or(1), ..literal }
    }
}

//! Nodes in other languages: `python(file, function)`, `sql(text)`.

mod place;
mod sql;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Type;
use gml_syntax::ast::{self, Argument, Expr, ExprKind, Name};

use super::is_constant;
use crate::foreign::{Function, Script};
use crate::message::declarations as message;
use crate::message::foreign as words;
use crate::package::{NodeDecl, Package};
use crate::suggest::closest;
use crate::typed::Text;
use place::Written;

/// Languages with the names of their arguments that are texts and may not be left out, in order.
const LANGUAGES: [(&str, &[&str]); 2] = [("python", &["file", "function"]), ("sql", &["text"])];
/// How long a function of Python may take.
const TIMEOUT: &str = "timeout";

/// A node in another language.
pub(super) struct Foreign<'a> {
    pub package: &'a Package,
    pub node: &'a NodeDecl,
    pub written: &'a ast::Node,
    pub language: &'a Name,
    pub args: &'a [Argument],
    pub span: Span,
}

impl<'a> Foreign<'a> {
    /// Says what is wrong with it, as far as that can be known without running it.
    pub fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        let Some((language, wanted)) = LANGUAGES.into_iter().find(|(name, _)| *name == &*self.language.text) else {
            let proposal = closest(&self.language.text, LANGUAGES.into_iter().map(|(name, _)| name));
            diagnostics.push(message::unknown_language(&self.language.text, self.language.span, proposal));
            return;
        };
        let texts = self.texts(language, wanted, diagnostics);
        let result_span = self.written.result.span;
        match &self.node.result {
            None => diagnostics.push(message::foreign_columns(language, result_span)),
            Some(Type::Table(_) | Type::Unknown | Type::Error) => {}
            Some(other) => diagnostics.push(message::foreign_result(language, other, result_span)),
        }
        for (param, ty) in self.written.params.iter().zip(&self.node.params) {
            let fits = match (language, ty) {
                (_, Type::Table(_) | Type::Unknown | Type::Error) => true,
                ("sql", ty) => is_scalar(ty),
                (_, Type::Named(name)) => &**name == "secret",
                (_, ty) => is_constant(ty) && !matches!(ty.non_null(), Type::Search(_)),
            };
            if !fits {
                diagnostics.push(words::cannot_be_given(language, &param.name.text, ty, param.ty.span));
            }
        }
        match (language, texts.as_slice()) {
            ("sql", [Some(text)]) => self.query(text, diagnostics),
            ("python", [Some(file), function]) => self.python(file, function.as_ref().copied(), diagnostics),
            _ => {}
        }
    }

    /// The arguments that are texts, in the order of their names; nothing for those that are not there or no texts.
    fn texts(&self, language: &str, wanted: &[&str], diagnostics: &mut Vec<Diagnostic>) -> Vec<Option<&'a Expr>> {
        let known: Vec<&str> = wanted.iter().copied().chain((language == "python").then_some(TIMEOUT)).collect();
        let mut texts = vec![None; wanted.len()];
        let mut given = vec![false; known.len()];
        for (place, arg) in self.args.iter().enumerate() {
            let place = match &arg.name {
                Some(label) => match known.iter().position(|name| *name == &*label.text) {
                    Some(place) => place,
                    None => {
                        let diagnostic = message::foreign_unknown_argument(language, &label.text, label.span, &known);
                        diagnostics.push(diagnostic);
                        continue;
                    }
                },
                None if place < wanted.len() => place,
                None => {
                    diagnostics.push(message::foreign_too_many(language, arg.value.span, &known));
                    continue;
                }
            };
            if std::mem::replace(&mut given[place], true) {
                diagnostics.push(message::foreign_duplicate_argument(language, known[place], arg.value.span));
            }
            match &arg.value.kind {
                ExprKind::Error => {}
                kind if known[place] == TIMEOUT => match kind {
                    ExprKind::Duration(micros) if *micros > 0 => {}
                    _ => diagnostics.push(words::timeout(arg.value.span)),
                },
                ExprKind::Text(text) if text.trim().is_empty() => {
                    diagnostics.push(message::foreign_empty(language, known[place], arg.value.span));
                }
                ExprKind::Text(_) => texts[place] = Some(&arg.value),
                _ => diagnostics.push(message::foreign_needs_text(language, known[place], arg.value.span)),
            }
        }
        let missing = wanted.iter().zip(&given).filter(|(_, given)| !**given);
        diagnostics.extend(missing.map(|(name, _)| message::foreign_missing_argument(language, name, self.span)));
        texts
    }

    fn query(&self, text: &Expr, diagnostics: &mut Vec<Diagnostic>) {
        let ExprKind::Text(query) = &text.kind else { return };
        let source = self.package.sources.text(text.span.file);
        let literal = source.get(text.span.start as usize..text.span.end as usize).unwrap_or("");
        let written = Written { text: query, literal, span: text.span };
        let names = self.written.params.iter().map(|param| param.name.text.clone());
        let params: Vec<(Text, Type)> = names.zip(self.node.params.iter().cloned()).collect();
        let row = match &self.node.result {
            Some(Type::Table(table)) => Some(&*table.row),
            _ => None,
        };
        let places = |column: &str| {
            let row = row?;
            let name = row.schema.as_ref()?;
            let schema = self.package.schemas.iter().find(|schema| schema.declared.name == *name)?;
            let place = schema.row.names().position(|known| &**known == column)?;
            schema.column_spans.get(place).copied()
        };
        sql::check(&written, &sql::arguments(&params), row, &places, diagnostics);
    }

    fn python(&self, file: &Expr, function: Option<&Expr>, diagnostics: &mut Vec<Diagnostic>) {
        let ExprKind::Text(path) = &file.kind else { return };
        let Some(known) = self.package.python.get(path) else { return };
        let script = match &known.script {
            Ok(script) => script,
            Err(error) => return diagnostics.push(words::foreign_file(path, &error.to_string(), file.span)),
        };
        if let Some(fault) = &script.fault {
            return diagnostics.push(words::python_syntax(path, fault.line, &fault.what, file.span));
        }
        let Some((function, name)) = function.and_then(|function| match &function.kind {
            ExprKind::Text(name) => Some((function, name)),
            _ => None,
        }) else {
            return;
        };
        match script.functions.iter().rev().find(|known| known.name == **name) {
            Some(found) => self.parameters(found, path, function.span, diagnostics),
            None if script.open || script.names.iter().any(|known| known == &**name) => {}
            None => diagnostics.push(unknown_function(name, path, script, function.span)),
        }
    }

    fn parameters(&self, found: &Function, path: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
        if found.is_async {
            diagnostics.push(words::python_async(&found.name, path, span));
        }
        let Some(params) = &found.params else { return };
        let own = |name: &str| self.written.params.iter().any(|param| &*param.name.text == name);
        for param in &self.written.params {
            let name = &*param.name.text;
            if !params.iter().any(|known| known.takes_all || known.name == name) {
                let free = params.iter().map(|known| known.name.as_str()).filter(|known| !own(known));
                let free: Vec<&str> = free.collect();
                let near = closest(name, free.iter().copied()).or(if free.len() == 1 { Some(free[0]) } else { None });
                diagnostics.push(words::python_lacks_parameter(&found.name, name, span, param.name.span, near));
            }
        }
        for param in params.iter().filter(|param| param.needed && !own(&param.name)) {
            diagnostics.push(words::python_needs_parameter(&found.name, &param.name, found.line, path, span));
        }
    }
}

/// Whether a value of the type can stand in a query.
fn is_scalar(ty: &Type) -> bool {
    matches!(
        ty.non_null(),
        Type::Bool
            | Type::Int(_)
            | Type::Float
            | Type::Float32
            | Type::Decimal { .. }
            | Type::Str
            | Type::Category
            | Type::Enum(_)
            | Type::Date
            | Type::Timestamp
            | Type::Unknown
            | Type::Error
    )
}

fn unknown_function(name: &str, path: &str, script: &Script, span: Span) -> Diagnostic {
    let names: Vec<&str> = script.functions.iter().map(|function| function.name.as_str()).collect();
    let near = closest(name, names.iter().copied());
    words::python_unknown_function(name, path, span, &names, near)
}

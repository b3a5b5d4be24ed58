//! Where to look for the arguments of an estimator: `over: { depth: 2..10, leaves: log(4..256) }`.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Column, Row, Type, Value as Constant};
use gml_syntax::ast::{self, ExprKind, Name};

use super::{Arguments, Given};
use crate::check::body::Body;
use crate::check::learned::{Estimator, Pending};
use crate::check::message;
use crate::check::signature::{ParamKind, RowShape, Shape, Signature};
use crate::check::value::{Space, Value};
use crate::typed::{LibraryName, Text, Typed, TypedArg, TypedKind};
use crate::types::{Fit, assignable};

/// The estimators of a chain; `None` where not all of them are known.
type Chain<'a> = Option<Vec<Arc<Pending<'a>>>>;

impl<'a> Body<'a> {
    /// `space[learner]`
    pub(super) fn space_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: usize,
        arguments: &mut Arguments<'a>,
    ) {
        let Given::Expr(expr) = given else {
            self.emit(message::space::record_wanted(&Self::want(call, place), given.span(), None));
            arguments.failed = true;
            return;
        };
        let learner = arguments.estimator(of);
        let chain = learner.and_then(|learner| learner.facts.as_ref()?.estimator.as_ref()).and_then(Estimator::calls);
        let said = self.diagnostics.len();
        let is_empty = |space: &ast::Expr| matches!(&space.kind, ExprKind::Record(fields) if fields.is_empty());
        if matches!(&expr.kind, ExprKind::List(spaces) if spaces.iter().all(is_empty)) || is_empty(expr) {
            self.emit(message::space::no_arguments(&Self::want(call, place), expr.span));
        }
        let typed = match &expr.kind {
            // One of several spaces: each has conditions of its own.
            ExprKind::List(spaces) => {
                let spaces: Vec<Typed> = spaces.iter().map(|space| self.space(call, place, space, &chain)).collect();
                let ty = Type::List(Arc::new(spaces.first().map_or(Type::Unknown, |space| space.ty.clone())));
                Typed { kind: TypedKind::List(spaces), ty, span: expr.span }
            }
            _ => self.space(call, place, expr, &chain),
        };
        arguments.failed |= self.diagnostics[said..].iter().any(gml_diagnostics::Diagnostic::is_error);
        arguments.typed[place] = Some(TypedArg::Value(typed));
    }

    fn space(&mut self, call: &Pending<'a>, place: usize, expr: &'a ast::Expr, chain: &Chain<'a>) -> Typed {
        match &expr.kind {
            ExprKind::Record(fields) => self.searches(fields, expr.span, chain),
            ExprKind::Error => Value::error(expr.span).typed,
            _ => {
                let value = self.in_frame(None, |body| body.expr(expr, None));
                self.is_needed_before(&value.typed, value.span());
                match value.ty().clone() {
                    Type::Record(row) | Type::Struct(row) => {
                        for field in &row.columns {
                            let name = Name { text: field.name.clone(), span: value.span() };
                            self.search_of(&name, &field.ty, value.span(), chain);
                        }
                    }
                    ty if ty.is_silent() => {}
                    ty => self.emit(message::space::record_wanted(&Self::want(call, place), value.span(), Some(&ty))),
                }
                value.typed
            }
        }
    }

    /// The fields of a space, each of which is an argument of an estimator, or an estimator with fields of its own.
    fn searches(&mut self, fields: &'a [(Name, ast::Expr)], span: Span, chain: &Chain<'a>) -> Typed {
        let mut typed: Vec<(Text, Typed)> = Vec::new();
        for (name, value) in fields {
            if typed.iter().any(|(known, _)| *known == name.text) {
                self.emit(message::types::duplicate_field(name));
                continue;
            }
            let inner = match (&value.kind, chain) {
                (ExprKind::Record(inner), Some(calls)) if param_of(calls, &name.text).is_empty() => {
                    let of_name = |call: &&Arc<Pending<'a>>| call.signature.name == &*name.text;
                    let of_name: Vec<_> = calls.iter().filter(of_name).cloned().collect();
                    (!of_name.is_empty()).then_some((inner, of_name))
                }
                _ => None,
            };
            let value = match inner {
                Some((inner, calls)) => self.searches(inner, value.span, &Some(calls)),
                None => self.search(name, value, chain),
            };
            typed.push((name.text.clone(), value));
        }
        let columns = typed.iter().map(|(name, value)| Column::new(name.clone(), value.ty.clone())).collect();
        Typed { kind: TypedKind::Record(typed), ty: Type::Record(Arc::new(Row::of(columns))), span }
    }

    /// `depth: 2..10`
    fn search(&mut self, name: &'a Name, expr: &'a ast::Expr, chain: &Chain<'a>) -> Typed {
        let due = chain.as_ref().and_then(|calls| match param_of(calls, &name.text).as_slice() {
            [(_, Some(ty))] => Some(ty.clone()),
            _ => None,
        });
        let is_known = chain.is_none() || due.is_some();
        // The words of an enum mean something only where one is due.
        let listed = due.filter(|_| matches!(expr.kind, ExprKind::List(_))).map(|ty| Type::List(Arc::new(ty)));
        let before = self.diagnostics.len();
        let value = self.in_frame(None, |body| body.expr(expr, listed.as_ref()));
        if !is_known {
            // Nothing is due that the values could be held against; the name is told, and they are read when it is right.
            self.diagnostics.truncate(before);
            self.search_of(name, value.ty(), value.span(), chain);
            return Value::error(expr.span).typed;
        }
        if value.space > Space::Const && !value.ty().is_silent() {
            let text = self.text(value.span());
            let want = message::Want::Field(&name.text);
            self.emit(message::spaces::constant_needed(&value, &want, text));
            return Value::error(expr.span).typed;
        }
        self.is_needed_before(&value.typed, value.span());
        let said = self.diagnostics.len();
        self.search_of(name, value.ty(), value.span(), chain);
        if self.diagnostics.len() == said
            && let Some(calls) = chain
            && let [(call, Some(due))] = param_of(calls, &name.text).as_slice()
            && let Some(place) = call.signature.param(&name.text)
        {
            self.within_bounds(call, place, &value.typed);
            if self.diagnostics.len() == said {
                self.something_to_find(name, &value.typed, due);
            }
        }
        value.typed
    }

    /// There must be values to choose from: those of a list, of a range that has a length, of a scale that begins above 0.
    fn something_to_find(&mut self, name: &Name, search: &Typed, due: &Type) {
        let diagnostic = match &search.kind {
            TypedKind::Cast(of) => return self.something_to_find(name, of, due),
            TypedKind::List(items) if items.is_empty() => message::space::nothing(name, search.span),
            TypedKind::Literal(Constant::List(items)) if items.is_empty() => message::space::nothing(name, search.span),
            TypedKind::Call(call) if matches!(search.ty, Type::Search(_)) => {
                let range = call.args.iter().find_map(|(_, arg)| match arg {
                    TypedArg::Value(range) => self.ends(range),
                    _ => None,
                });
                match range.as_ref().map(|(from, _)| from) {
                    Some(from) if from.as_float().is_some_and(|from| from <= 0.0) => {
                        message::space::no_logarithm(name, from, search.span)
                    }
                    _ => return,
                }
            }
            _ => match self.ends(search) {
                Some((from, to)) if *due.non_null() == Type::Float && from.as_float() == to.as_float() => {
                    message::space::single_value(name, &from, search.span)
                }
                _ => return,
            },
        };
        self.emit(diagnostic);
    }

    /// The ends of a range, where they are known.
    fn ends(&self, range: &Typed) -> Option<(Constant, Constant)> {
        match &range.kind {
            TypedKind::Cast(of) => self.ends(of),
            TypedKind::Range { start, end, .. } => Some((self.known_here(start)?, self.known_here(end)?)),
            _ => match self.known_here(range)? {
                Constant::Range { start, end, .. } => Some((*start, *end)),
                _ => None,
            },
        }
    }

    fn search_of(&mut self, name: &Name, ty: &Type, at: Span, chain: &Chain<'a>) {
        let Some(calls) = chain else { return };
        match param_of(calls, &name.text).as_slice() {
            [] => {
                let tunable: Vec<LibraryName> = calls.iter().flat_map(|call| tunable(call)).collect();
                self.emit(message::space::unknown(name, calls, &tunable));
            }
            [(call, None)] => self.emit(message::space::not_tunable(name, call)),
            [(call, Some(_))] if decides(call.signature, &name.text) => {
                self.emit(message::space::decides(name, call));
            }
            [(call, Some(due))] => {
                let fits = match ty {
                    Type::Range(bound) | Type::Search(bound) => {
                        due.is_numeric() && assignable(bound, due.non_null()) <= Fit::Widen
                    }
                    Type::List(item) => assignable(item, due) <= Fit::Widen,
                    ty => ty.is_silent(),
                };
                if !fits && !due.is_silent() {
                    self.emit(message::space::search_type(name, call, due, ty, at));
                }
            }
            [(first, _), (second, _), ..] => self.emit(message::space::ambiguous(name, first, second)),
        }
    }
}

/// The estimators that have an argument of that name, and the type of its values where they can be looked for.
fn param_of<'c, 'a>(calls: &'c [Arc<Pending<'a>>], name: &str) -> Vec<(&'c Arc<Pending<'a>>, Option<Type>)> {
    let param = |call: &'c Arc<Pending<'a>>| {
        let place = call.signature.param(name)?;
        let ty = match &call.signature.params[place].kind {
            ParamKind::Value { ty: Shape::Is(ty), .. } => Some(ty.clone()),
            ParamKind::Value { .. } => Some(Type::Unknown),
            _ => None,
        };
        Some((call, ty))
    };
    calls.iter().filter_map(param).collect()
}

fn tunable<'c>(call: &'c Pending<'_>) -> impl Iterator<Item = LibraryName> + 'c {
    let values = call.signature.params.iter().filter(|param| matches!(param.kind, ParamKind::Value { .. }));
    values.map(|param| param.name).filter(|name| !decides(call.signature, name))
}

/// Whether an argument decides on what is learned, so that what was found with two values of it cannot be compared.
fn decides(signature: &Signature, name: &str) -> bool {
    let Some(place) = signature.param(name) else { return false };
    let of_place = |row: &RowShape| matches!(row, RowShape::Case(of, _) if *of == place);
    match &signature.result {
        Shape::Estimator { demand, learns, .. } => {
            demand.as_ref().is_some_and(of_place) || matches!(&**learns, Shape::Model(_, output) if of_place(output))
        }
        _ => false,
    }
}

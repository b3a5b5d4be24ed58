//! Names that can be called, and the arguments of calls.

use gml_analysis::package::Definition;
use gml_analysis::types::{Fit, TypeScope, assignable, satisfies};
use gml_ir::Type;
use gml_syntax::ast::{CallStyle, Expr, ExprKind, Name, Parameter, Signature, SignatureKind, TypeExpr, TypeKind};

use super::place;
use super::{CompletionKind, Scope};
use crate::describe::brief;
use crate::library::{self, LibraryName};
use crate::tree;
use gml_analysis::inspect::Each;

impl Scope<'_, '_> {
    /// The name of a call: what takes what stands before it.
    pub(super) fn callees(&mut self, call: &Expr, _name: &Name) {
        let ExprKind::Call { args, style, .. } = &call.kind else { return };
        let receiver = args.first().filter(|_| *style != CallStyle::Plain);
        match receiver {
            Some(receiver) => {
                let ty = self.inspection.type_at(receiver.value.span).cloned().unwrap_or(Type::Unknown);
                if *style == CallStyle::Pipe {
                    self.nodes(Some(&ty), 0);
                    self.library(Some(&ty), 0);
                } else {
                    if let Type::Struct(row) | Type::Record(row) = ty.non_null() {
                        for column in &row.columns {
                            self.column(row, &column.name, CompletionKind::Field, 0, None);
                        }
                    }
                    self.methods(&ty);
                }
            }
            None => {
                self.functions();
                self.nodes(None, 1);
                self.library(None, 1);
            }
        }
    }

    /// Functions that take a value of that type first, for `x.f()`.
    pub(super) fn methods(&mut self, receiver: &Type) {
        if receiver.is_silent() {
            return;
        }
        let each = self.each();
        for name in library::names() {
            let fits = match receiver {
                Type::Table(_) => true,
                _ => !name.is_operator() && Self::fits_space(name.ast.kind, each),
            };
            if fits && self.takes(&name.ast, receiver) {
                // In a group a column is summed up first of all; elsewhere its own functions come before that.
                let sums_up = name.ast.kind != SignatureKind::Function;
                let rank = 1 + u8::from(sums_up != (each == Some(Each::Group)));
                self.library_name(name, rank, true);
            }
        }
        let functions: Vec<_> = self.facts.package.functions.iter().enumerate().collect();
        for (place, function) in functions {
            let fits = function.params.first().is_some_and(|param| assignable(receiver.non_null(), param) != Fit::No);
            if fits {
                self.function(place, 1, true);
            }
        }
    }

    /// The standard library; with a receiver, what takes it first.
    pub(super) fn library(&mut self, receiver: Option<&Type>, rank: u8) {
        for name in library::names() {
            let fits = receiver.is_none_or(|receiver| receiver.is_silent() || self.takes(&name.ast, receiver));
            let place = rank + if fits { 0 } else { 4 };
            let place = place + u8::from(!self.is_in_scope(name)) * 2;
            if fits || self.is_in_scope(name) {
                self.library_name(name, place, receiver.is_some());
            }
        }
    }

    /// Whether a name of the library means something in this file without a further `use`.
    fn is_in_scope(&self, name: &LibraryName) -> bool {
        name.prelude || matches!(self.package().lookup(self.module(), name.name()), Some(Definition::Std(_)))
    }

    pub(super) fn library_name(&mut self, name: &LibraryName, rank: u8, has_receiver: bool) {
        let known = self.is_in_scope(name);
        let import = (!known).then(|| self.import(name.module, name.name())).flatten();
        let kind = if name.is_operator() { CompletionKind::Operator } else { CompletionKind::Function };
        let snippet = self.snippet(&name.ast, has_receiver);
        let docs = crate::hover::join(&[crate::describe::code(&name.text), name.docs.clone()]);
        let proposal = self.add(name.name(), kind, rank);
        proposal.detail = Some(if known { headline(&name.ast) } else { format!("use {}", name.module) });
        proposal.docs = Some(docs);
        proposal.snippet = snippet;
        proposal.further.extend(import);
    }

    /// A call with the cursor in it, unless brackets follow.
    fn snippet(&self, signature: &Signature, has_receiver: bool) -> Option<String> {
        if self.followed_by_bracket() {
            return None;
        }
        let required: Vec<&Parameter> =
            signature.params.iter().skip(usize::from(has_receiver)).filter(|param| param.default.is_none()).collect();
        let name = &signature.name.text;
        Some(match required.as_slice() {
            [] if signature.params.len() <= usize::from(has_receiver) => format!("{name}()"),
            // A metric is named, not called.
            [] if !has_receiver && signature.kind == SignatureKind::Function => return None,
            [only] if takes_block(&only.ty) => format!("{name} {{ $0 }}"),
            [.., last] if takes_block(&last.ty) => format!("{name}($0) {{ }}"),
            _ => format!("{name}($0)"),
        })
    }

    pub(super) fn followed_by_bracket(&self) -> bool {
        let behind = self.text.get(self.at..).unwrap_or("");
        let behind = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        behind.starts_with('(') || behind.trim_start_matches(' ').starts_with('{')
    }

    /// Nodes; with a receiver, those that take it first.
    pub(super) fn nodes(&mut self, receiver: Option<&Type>, rank: u8) {
        if self.context.is_some_and(|context| context.row.is_some()) {
            return;
        }
        for (place, node) in self.facts.package.nodes.iter().enumerate() {
            let name = node.declared.name.clone();
            let here = self.package().lookup(self.module(), &name);
            let known = matches!(here, Some(Definition::Node(id)) if id.0 as usize == place);
            let fits = receiver.is_none_or(|receiver| {
                let first = node.params.first();
                first.is_some_and(|first| match (receiver, first) {
                    (Type::Table(table), Type::Table(due)) => {
                        gml_analysis::rows::has_at_least(&table.row, &due.row).is_empty()
                    }
                    _ => assignable(receiver, first) != Fit::No,
                })
            });
            if !known || !fits && receiver.is_some_and(|receiver| !receiver.is_silent()) {
                continue;
            }
            let site = crate::facts::Site { module: node.declared.module, item: node.declared.item };
            let head = self.facts.head(site).unwrap_or_default();
            let docs = self.facts.item(site).and_then(|item| item.docs.clone());
            let brackets = !self.followed_by_bracket();
            let alone = node.params.len() <= usize::from(receiver.is_some());
            let proposal = self.add(&name, CompletionKind::Node, rank);
            proposal.detail = head.lines().next().map(str::to_owned);
            proposal.docs =
                Some(crate::hover::join(&[crate::describe::code(&head), docs.as_deref().unwrap_or("").to_owned()]));
            proposal.snippet = brackets.then(|| if alone { format!("{name}()") } else { format!("{name}($0)") });
        }
    }

    /// Whether the first parameter of a signature takes a value of that type.
    fn takes(&self, signature: &Signature, receiver: &Type) -> bool {
        let Some(first) = signature.params.first() else { return false };
        self.takes_type(signature, &first.ty, receiver)
    }

    fn takes_type(&self, signature: &Signature, ty: &TypeExpr, receiver: &Type) -> bool {
        let receiver = receiver.non_null();
        match &ty.kind {
            TypeKind::Nullable(inner) | TypeKind::In(inner, _) => self.takes_type(signature, inner, receiver),
            TypeKind::Named(name, args) => match (&*name.text, receiver) {
                ("table", _) => matches!(receiver, Type::Table(_)),
                ("list", Type::List(item)) => {
                    args.first().is_none_or(|of| self.takes_type(signature, of, item) || is_wrapped(of))
                }
                ("list", _) => false,
                ("range", _) => matches!(receiver, Type::Range(_)),
                ("estimator", _) => matches!(receiver, Type::Estimator(_)),
                ("model" | "transform", _) => matches!(receiver, Type::Learned(_)),
                ("struct", _) => matches!(receiver, Type::Struct(_)),
                (variable, _) => match signature.type_params.iter().find(|param| *param.name.text == *variable) {
                    Some(param) => {
                        let plain = !matches!(
                            receiver,
                            Type::Table(_) | Type::Record(_) | Type::Estimator(_) | Type::Learned(_)
                        );
                        let bound = param.bound.as_ref();
                        bound.map_or(plain, |bound| satisfies(&bound.text, receiver) == Some(true))
                    }
                    None => {
                        let scope = TypeScope::new(self.facts.package, self.module());
                        let due = scope.type_of(ty, &mut Vec::new());
                        !due.is_silent() && assignable(receiver, &due) != Fit::No
                    }
                },
            },
            TypeKind::Table(_) => matches!(receiver, Type::Table(_)),
            _ => false,
        }
    }

    /// How the row at hand is read. A `derive` without an aggregate in it reads each row by itself; the first one that is
    /// written makes windows of them.
    pub(super) fn each(&self) -> Option<Each> {
        let context = self.context?;
        let each = context.row.as_ref()?.each;
        let is_derive =
            |expr: &&Expr| matches!(&expr.kind, ExprKind::Call { function, .. } if &*function.text == "derive");
        let in_derive = each == Each::Row && tree::ancestry(self.item, context.span).iter().any(is_derive);
        Some(if in_derive { Each::Window } else { each })
    }

    /// Whether a name of the library can stand where the row at hand is read so.
    pub(super) fn fits_space(kind: SignatureKind, each: Option<Each>) -> bool {
        matches!(
            (kind, each),
            (SignatureKind::Function, _)
                | (SignatureKind::Operator, None)
                | (SignatureKind::Aggregate, Some(Each::Window | Each::Group))
                | (SignatureKind::Window, Some(Each::Window))
        )
    }

    /// Names of the arguments that a call does not have yet, and the values that an argument may have.
    pub(super) fn arguments(&mut self, expr: &Expr) {
        let Some((call, given)) = place::call_around(self.item, expr) else { return };
        let ExprKind::Call { function, args, style, .. } = &call.kind else { return };
        let overloads = self.parameters_of(function);
        let by_name: Vec<&str> = args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| &*name.text).collect();
        let positional = args.iter().filter(|arg| arg.name.is_none());
        let place = positional.clone().position(|arg| arg.value.span == expr.span);
        let receiver = usize::from(*style != CallStyle::Plain);
        let before = positional.count().saturating_sub(1).max(receiver);
        for params in &overloads {
            // All the names that were given must be of this overload.
            if !by_name.iter().all(|name| params.iter().any(|param| param.name == *name)) {
                continue;
            }
            let due = match given {
                Some(name) => params.iter().find(|param| param.name == *name.text),
                None => place.and_then(|place| params.get(place)),
            };
            for value in due.iter().flat_map(|param| &param.choices) {
                self.add(value, CompletionKind::Choice, 0).detail =
                    due.map(|param| format!("{}: {}", param.name, param.ty));
            }
            if given.is_some() {
                continue;
            }
            for param in params.iter().skip(before).filter(|param| !by_name.contains(&&*param.name)) {
                let label = format!("{}:", param.name);
                let text = format!("{}: ", param.name);
                let proposal = self.add(&label, CompletionKind::Argument, 1);
                proposal.detail = Some(param.ty.clone());
                proposal.edit.text = text;
            }
        }
    }

    /// The parameters of all that a name may call.
    pub(super) fn parameters_of(&self, function: &Name) -> Vec<Vec<Known>> {
        let package = self.package();
        let of_project = |item: &gml_syntax::ast::Item, types: &[Type]| {
            let params = tree::params(item).iter().zip(types);
            vec![params.map(|(param, ty)| Known::of(&param.name.text, brief(ty), ty)).collect()]
        };
        match package.lookup(self.module(), &function.text) {
            Some(Definition::Node(id)) => {
                let node = &package.nodes[id.0 as usize];
                of_project(package.item(&node.declared), &node.params)
            }
            Some(Definition::Function(id)) => {
                let function = &package.functions[id.0 as usize];
                of_project(package.item(&function.declared), &function.params)
            }
            _ => library::overloads(&function.text).map(|name| self.library_params(name)).collect(),
        }
    }

    fn library_params(&self, name: &LibraryName) -> Vec<Known> {
        let text = module_text(name.module);
        let params = name.ast.params.iter().map(|param| {
            let end = param.default.as_ref().map_or(param.ty.span.end, |default| default.span.end);
            let ty = text.get(param.ty.span.start as usize..end as usize).unwrap_or("");
            Known { name: param.name.text.to_string(), ty: ty.to_owned(), choices: self.choices_of(&param.ty) }
        });
        params.collect()
    }

    /// The values of a type that is written as an enum, or by a name that stands for one.
    fn choices_of(&self, ty: &TypeExpr) -> Vec<String> {
        match &ty.kind {
            TypeKind::Nullable(inner) => self.choices_of(inner),
            TypeKind::Named(name, args) if &*name.text == "enum" => args
                .iter()
                .filter_map(|arg| match &arg.kind {
                    TypeKind::Text(text) => Some(text.to_string()),
                    _ => None,
                })
                .collect(),
            TypeKind::Named(name, args) if args.is_empty() => {
                let alias = self.package().aliases.iter().find(|((_, alias), _)| *alias == name.text);
                let values = alias.and_then(|(_, ty)| place::choices(ty));
                values.map_or_else(Vec::new, |values| values.iter().map(|value| value.to_string()).collect())
            }
            _ => Vec::new(),
        }
    }
}

/// A parameter as proposals show it.
pub(super) struct Known {
    pub name: String,
    pub ty: String,
    choices: Vec<String>,
}

impl Known {
    fn of(name: &str, shown: String, ty: &Type) -> Self {
        let choices =
            place::choices(ty).map_or_else(Vec::new, |values| values.iter().map(|it| it.to_string()).collect());
        Self { name: name.to_owned(), ty: shown, choices }
    }
}

fn module_text(module: &str) -> &'static str {
    gml_stdlib::MODULES.iter().find(|known| known.name == module).map_or("", |known| known.text)
}

/// Whether an argument of this type can stand in a block behind the call.
fn takes_block(ty: &TypeExpr) -> bool {
    matches!(&ty.kind, TypeKind::Named(name, _) if matches!(&*name.text, "columns" | "windows" | "aggregates" | "renames"))
}

/// Whether a type only holds a variable, as `list[table[R]]` and `list[T?]` do.
fn is_wrapped(ty: &TypeExpr) -> bool {
    matches!(&ty.kind, TypeKind::Nullable(_))
}

/// A signature by its name and those of its parameters, on one line.
pub(super) fn headline(signature: &Signature) -> String {
    let params: Vec<&str> = signature.params.iter().map(|param| &*param.name.text).collect();
    format!("{}({})", signature.name.text, params.join(", "))
}

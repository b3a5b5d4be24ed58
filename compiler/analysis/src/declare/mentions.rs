//! Which names the bodies and types of a file mention, and which of them are their own.

use crate::hash::Map;
use gml_diagnostics::Span;
use gml_syntax::ast::{
    Argument, Binding, Block, Expr, ExprKind, FormatPart, Let, Name, Parameter, RowColumn, Statement, StatementKind,
    Text, TypeExpr, TypeKind,
};

/// A name that is bound outside of the body that mentions it.
pub(super) struct Mention<'a> {
    /// The name.
    pub name: &'a Text,
    /// Where it stands.
    pub span: Span,
    /// Whether it is called, or run.
    pub is_call: bool,
}

/// What binds a name in a body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Binder {
    /// A parameter.
    Parameter,
    /// A `let`; the span is its name with its value.
    Let(Span),
    /// The item of a `for`.
    Item,
}

/// A name that a body binds.
pub(super) struct Local<'a> {
    /// The name.
    pub name: &'a Name,
    /// What binds it.
    pub binder: Binder,
    is_used: bool,
    /// The place of the name that it hides.
    hides: Option<usize>,
}

/// Reads bodies, handing out the names of others that they mention, those that they bind themselves, and those of their
/// own that they do not mention.
pub(super) struct Reader<'a, 'f> {
    mentioned: &'f mut dyn FnMut(Mention<'a>),
    bound: &'f mut dyn FnMut(&'a Name, Binder),
    unused: &'f mut dyn FnMut(Local<'a>),
    locals: Vec<Local<'a>>,
    /// Where in `locals` the innermost one of a name stands.
    places: Map<&'a str, usize>,
}

impl<'a, 'f> Reader<'a, 'f> {
    pub(super) fn new(
        mentioned: &'f mut dyn FnMut(Mention<'a>),
        bound: &'f mut dyn FnMut(&'a Name, Binder),
        unused: &'f mut dyn FnMut(Local<'a>),
    ) -> Self {
        Self { mentioned, bound, unused, locals: Vec::new(), places: Map::default() }
    }

    /// What a body has within parameters. Those are handed out as unused only where `is_read` says that the body could
    /// use them.
    pub(super) fn with_parameters(&mut self, params: &'a [Parameter], is_read: bool, body: impl FnOnce(&mut Self)) {
        for param in params {
            self.written_type(&param.ty);
            param.default.iter().for_each(|default| self.expr(default));
        }
        let bound = self.locals.len();
        for (place, param) in params.iter().enumerate() {
            // One cause, one message: of two of the same name the body can only mean one.
            let is_hidden = params[place + 1..].iter().any(|other| other.name.text == param.name.text);
            self.bind(&param.name, Binder::Parameter, !is_read || is_hidden);
        }
        body(self);
        self.unbind(bound);
    }

    pub(super) fn block(&mut self, block: &'a Block) {
        let bound = self.locals.len();
        block.lets.iter().for_each(|binding| self.binding(binding));
        self.expr(&block.result);
        self.unbind(bound);
    }

    pub(super) fn statements(&mut self, statements: &'a [Statement]) {
        let bound = self.locals.len();
        for statement in statements {
            match &statement.kind {
                StatementKind::Let(binding) => self.binding(binding),
                StatementKind::Save { value, entry } => {
                    self.expr(value);
                    // What is saved under is always an entry of the catalog, whatever a `let` is called.
                    (self.mentioned)(Mention { name: &entry.text, span: entry.span, is_call: false });
                }
                StatementKind::Track(value) => self.expr(value),
                StatementKind::Expect { condition, message } => {
                    self.expr(condition);
                    message.iter().for_each(|message| self.expr(message));
                }
                StatementKind::When { condition, body } => {
                    self.expr(condition);
                    self.statements(body);
                }
                StatementKind::For { name, items, body } => {
                    self.expr(items);
                    self.item(name, |reader| reader.statements(body));
                }
                StatementKind::Run { pipeline, args } => {
                    (self.mentioned)(Mention { name: &pipeline.text, span: pipeline.span, is_call: true });
                    self.args(args);
                }
            }
        }
        self.unbind(bound);
    }

    pub(super) fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span, false),
            ExprKind::Format(parts) => parts.iter().for_each(|part| match part {
                FormatPart::Value(value) => self.expr(value),
                FormatPart::Text(_) => {}
            }),
            ExprKind::Range { start, end, .. } => {
                self.expr(start);
                self.expr(end);
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Record(fields) => fields.iter().for_each(|(_, value)| self.expr(value)),
            ExprKind::Columns(columns) => self.columns(columns),
            ExprKind::Table { ty, rows } => {
                self.written_type(ty);
                rows.iter().for_each(|row| self.expr(row));
            }
            ExprKind::Field { of, .. } | ExprKind::Unary(_, of) | ExprKind::IsNull { of, .. } => self.expr(of),
            ExprKind::Call { function, args, block, .. } => {
                self.name(&function.text, function.span, true);
                self.args(args);
                block.iter().for_each(|block| self.columns(&block.bindings));
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Match { of, arms } => {
                self.expr(of);
                arms.iter().for_each(|arm| self.expr(&arm.value));
            }
            ExprKind::For { name, items, body } => {
                self.expr(items);
                self.item(name, |reader| reader.expr(body));
            }
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Date(_)
            | ExprKind::Timestamp(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Column(_)
            | ExprKind::Error => {}
        }
    }

    pub(super) fn written_type(&mut self, ty: &'a TypeExpr) {
        match &ty.kind {
            TypeKind::Named(name, args) => {
                (self.mentioned)(Mention { name: &name.text, span: name.span, is_call: false });
                args.iter().for_each(|arg| self.written_type(arg));
            }
            TypeKind::Nullable(of) | TypeKind::In(of, _) => self.written_type(of),
            TypeKind::Table(row) | TypeKind::Struct(row) | TypeKind::Row(row) => {
                row.columns.iter().for_each(|column| self.column_type(column));
            }
            TypeKind::Arrow(a, b)
            | TypeKind::Plus(a, b)
            | TypeKind::Minus(a, b)
            | TypeKind::And(a, b)
            | TypeKind::Or(a, b) => {
                self.written_type(a);
                self.written_type(b);
            }
            TypeKind::Text(_) | TypeKind::Number(_) | TypeKind::Error => {}
        }
    }

    pub(super) fn column_type(&mut self, column: &'a RowColumn) {
        self.written_type(&column.ty);
    }

    fn args(&mut self, args: &'a [Argument]) {
        args.iter().for_each(|arg| self.expr(&arg.value));
    }

    fn columns(&mut self, columns: &'a [Binding]) {
        columns.iter().for_each(|column| self.expr(&column.value));
    }

    fn name(&mut self, name: &'a Text, span: Span, is_call: bool) {
        let local = self.places.get(&**name).and_then(|place| self.locals.get_mut(*place));
        let is_local = local.is_some();
        local.into_iter().for_each(|local| local.is_used = true);
        if is_call || !is_local {
            (self.mentioned)(Mention { name, span, is_call });
        }
    }

    fn binding(&mut self, binding: &'a Let) {
        binding.ty.iter().for_each(|ty| self.written_type(ty));
        self.expr(&binding.value);
        self.bind(&binding.name, Binder::Let(binding.name.span.to(binding.value.span)), false);
    }

    fn item(&mut self, name: &'a Name, body: impl FnOnce(&mut Self)) {
        let bound = self.locals.len();
        self.bind(name, Binder::Item, false);
        body(self);
        self.unbind(bound);
    }

    fn bind(&mut self, name: &'a Name, binder: Binder, is_used: bool) {
        (self.bound)(name, binder);
        let hides = self.places.insert(&name.text, self.locals.len());
        self.locals.push(Local { name, binder, is_used, hides });
    }

    fn unbind(&mut self, bound: usize) {
        for local in self.locals.drain(bound..).rev() {
            match local.hides {
                Some(place) => self.places.insert(&local.name.text, place),
                None => self.places.remove(&*local.name.text),
            };
            if !local.is_used && !local.name.text.starts_with('_') {
                (self.unused)(local);
            }
        }
    }
}

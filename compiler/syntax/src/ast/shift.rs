//! Declarations that stand elsewhere than before, because something in front of them was changed.

use gml_diagnostics::Span;

use super::{
    Argument, Arm, Binding, Block, ContractSyntax, Expr, ExprKind, FormatPart, Item, ItemKind, Let, Name, NodeBody,
    Parameter, PatternKind, RowColumn, RowSyntax, Statement, StatementKind, TypeExpr, TypeKind,
};

impl Item {
    /// Moves the declaration, with all that is in it, by so many bytes.
    pub fn shift(&mut self, by: i32) {
        Shift { by }.item(self);
    }
}

struct Shift {
    by: i32,
}

impl Shift {
    fn span(&self, span: &mut Span) {
        span.start = span.start.wrapping_add_signed(self.by);
        span.end = span.end.wrapping_add_signed(self.by);
    }

    fn name(&self, name: &mut Name) {
        self.span(&mut name.span);
    }

    fn names<'n>(&self, names: impl IntoIterator<Item = &'n mut Name>) {
        names.into_iter().for_each(|name| self.name(name));
    }

    fn item(&self, item: &mut Item) {
        self.span(&mut item.span);
        self.names(&mut item.allow);
        self.names(&mut item.tags);
        match &mut item.kind {
            ItemKind::Use(used) => {
                self.names(&mut used.path);
                for name in &mut used.names {
                    self.name(&mut name.name);
                    self.names(&mut name.alias);
                }
            }
            ItemKind::Param(param) => {
                self.name(&mut param.name);
                self.ty(&mut param.ty);
                self.exprs(&mut param.default);
            }
            ItemKind::Schema(schema) => {
                self.name(&mut schema.name);
                for column in &mut schema.columns {
                    self.column(&mut column.column);
                    let written = column.named.iter_mut().chain(&mut column.parsed);
                    written.for_each(|(_, span)| self.span(span));
                }
                self.names(schema.unique.iter_mut().flatten());
                schema.open.iter_mut().for_each(|span| self.span(span));
            }
            ItemKind::Connection(connection) => {
                self.name(&mut connection.name);
                self.expr(&mut connection.value);
            }
            ItemKind::Catalog(catalog) => {
                for entry in &mut catalog.entries {
                    self.name(&mut entry.name);
                    self.ty(&mut entry.ty);
                    self.expr(&mut entry.value);
                }
            }
            ItemKind::Function(function) => {
                self.name(&mut function.name);
                self.parameters(&mut function.params);
                self.ty(&mut function.result);
                self.expr(&mut function.body);
            }
            ItemKind::Node(node) => {
                self.name(&mut node.name);
                self.parameters(&mut node.params);
                self.ty(&mut node.result);
                match &mut node.body {
                    NodeBody::Block(block) => self.block(block),
                    NodeBody::Foreign { language, args, span } => {
                        self.name(language);
                        self.args(args);
                        self.span(span);
                    }
                }
            }
            ItemKind::Pipeline(pipeline) => {
                self.name(&mut pipeline.name);
                self.parameters(&mut pipeline.params);
                self.statements(&mut pipeline.body);
            }
            ItemKind::Env(env) => {
                self.name(&mut env.name);
                self.names(&mut env.extends);
                for setting in &mut env.settings {
                    self.names(&mut setting.path);
                    self.names(&mut setting.of);
                    self.expr(&mut setting.value);
                }
            }
            ItemKind::Test(test) => {
                self.span(&mut test.name_span);
                self.statements(&mut test.body);
            }
            ItemKind::Signature(signature) => {
                self.name(&mut signature.name);
                for param in &mut signature.type_params {
                    self.name(&mut param.name);
                    self.names(&mut param.bound);
                }
                self.parameters(&mut signature.params);
                self.ty(&mut signature.result);
                self.exprs(&mut signature.empty);
            }
            ItemKind::TypeAlias(alias) => {
                self.name(&mut alias.name);
                self.ty(&mut alias.ty);
            }
            ItemKind::Unread(name) => self.name(name),
        }
    }

    fn parameters(&self, params: &mut [Parameter]) {
        for param in params {
            self.name(&mut param.name);
            self.ty(&mut param.ty);
            self.exprs(&mut param.default);
        }
    }

    fn block(&self, block: &mut Block) {
        block.lets.iter_mut().for_each(|binding| self.binding(binding));
        self.expr(&mut block.result);
        self.span(&mut block.span);
    }

    fn binding(&self, binding: &mut Let) {
        self.name(&mut binding.name);
        binding.ty.iter_mut().for_each(|ty| self.ty(ty));
        self.expr(&mut binding.value);
    }

    fn statements(&self, statements: &mut [Statement]) {
        for statement in statements {
            self.span(&mut statement.span);
            match &mut statement.kind {
                StatementKind::Let(binding) => self.binding(binding),
                StatementKind::Save { value, entry } => {
                    self.expr(value);
                    self.name(entry);
                }
                StatementKind::Track(value) => self.expr(value),
                StatementKind::Expect { condition, message } => {
                    self.expr(condition);
                    self.exprs(message);
                }
                StatementKind::When { condition, body } => {
                    self.expr(condition);
                    self.statements(body);
                }
                StatementKind::For { name, items, body } => {
                    self.name(name);
                    self.expr(items);
                    self.statements(body);
                }
                StatementKind::Run { pipeline, args } => {
                    self.name(pipeline);
                    self.args(args);
                }
            }
        }
    }

    fn ty(&self, ty: &mut TypeExpr) {
        self.span(&mut ty.span);
        match &mut ty.kind {
            TypeKind::Named(name, args) => {
                self.name(name);
                args.iter_mut().for_each(|arg| self.ty(arg));
            }
            TypeKind::Nullable(of) => self.ty(of),
            TypeKind::In(of, part) => {
                self.ty(of);
                self.name(part);
            }
            TypeKind::Table(row) | TypeKind::Struct(row) | TypeKind::Row(row) => self.row(row),
            TypeKind::Arrow(a, b)
            | TypeKind::Plus(a, b)
            | TypeKind::Minus(a, b)
            | TypeKind::And(a, b)
            | TypeKind::Or(a, b) => {
                self.ty(a);
                self.ty(b);
            }
            TypeKind::Text(_) | TypeKind::Number(_) | TypeKind::Error => {}
        }
    }

    fn row(&self, row: &mut RowSyntax) {
        self.span(&mut row.span);
        row.open.iter_mut().for_each(|span| self.span(span));
        row.columns.iter_mut().for_each(|column| self.column(column));
    }

    fn column(&self, column: &mut RowColumn) {
        self.names(&mut column.role);
        self.name(&mut column.name);
        self.ty(&mut column.ty);
        self.names(&mut column.condition);
        for contract in &mut column.contracts {
            match contract {
                ContractSyntax::In(expr) | ContractSyntax::Compare(_, expr) => self.expr(expr),
                ContractSyntax::Matches(_, span) => self.span(span),
            }
        }
    }

    fn args(&self, args: &mut [Argument]) {
        for arg in args {
            self.names(&mut arg.name);
            self.expr(&mut arg.value);
        }
    }

    fn bindings(&self, bindings: &mut [Binding]) {
        for binding in bindings {
            self.name(&mut binding.name);
            self.expr(&mut binding.value);
        }
    }

    fn arm(&self, arm: &mut Arm) {
        self.span(&mut arm.span);
        self.expr(&mut arm.value);
        for pattern in &mut arm.patterns {
            self.span(&mut pattern.span);
            match &mut pattern.kind {
                PatternKind::Value(value) => self.expr(value),
                PatternKind::Name(name) => self.name(name),
                PatternKind::Any => {}
            }
        }
    }

    fn exprs<'e>(&self, exprs: impl IntoIterator<Item = &'e mut Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    /// Recursive: how high a tree may grow is bounded where it is built.
    fn expr(&self, expr: &mut Expr) {
        self.span(&mut expr.span);
        match &mut expr.kind {
            ExprKind::Format(parts) => {
                for part in parts {
                    if let FormatPart::Value(value) = part {
                        self.expr(value);
                    }
                }
            }
            ExprKind::Range { start, end, .. } => {
                self.expr(start);
                self.expr(end);
            }
            ExprKind::List(items) => self.exprs(items),
            ExprKind::Record(fields) => {
                for (name, value) in fields {
                    self.name(name);
                    self.expr(value);
                }
            }
            ExprKind::Columns(bindings) => self.bindings(bindings),
            ExprKind::Table { ty, rows } => {
                self.ty(ty);
                self.exprs(rows);
            }
            ExprKind::Column(name) => self.name(name),
            ExprKind::Field { of, name, .. } => {
                self.expr(of);
                self.name(name);
            }
            ExprKind::Call { function, args, block, .. } => {
                self.name(function);
                self.args(args);
                if let Some(block) = block {
                    self.bindings(&mut block.bindings);
                    self.span(&mut block.span);
                }
            }
            ExprKind::Unary(_, of) | ExprKind::IsNull { of, .. } => self.expr(of),
            ExprKind::Binary { operator_span, left, right, .. } => {
                self.span(operator_span);
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Match { of, arms } => {
                self.expr(of);
                arms.iter_mut().for_each(|arm| self.arm(arm));
            }
            ExprKind::For { name, items, body } => {
                self.name(name);
                self.expr(items);
                self.expr(body);
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
            | ExprKind::Name(_)
            | ExprKind::Error => {}
        }
    }
}

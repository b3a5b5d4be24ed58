//! What our parser sees.

use gml_diagnostics::Span;
use gml_syntax::ast::{
    Argument, Block, CallStyle, Expr, ExprKind, FormatPart, Item, ItemKind, Let, NodeBody, Parameter, PatternKind,
    Statement, StatementKind,
};

use super::Seen;

#[derive(Default)]
pub struct Ours {
    pub seen: Vec<Seen>,
}

impl Ours {
    fn add(&mut self, kind: &str, span: Span, name: &str) {
        let (start, end) = (span.start as usize, span.end as usize);
        self.seen.push(Seen { start, end, kind: kind.to_owned(), name: name.to_owned() });
    }

    pub fn item(&mut self, item: &Item) {
        self.add("item", item.span, "");
        for name in &item.allow {
            self.add("allowed", name.span, &name.text);
        }
        for name in &item.tags {
            self.add("tag", name.span, &name.text);
        }
        match &item.kind {
            ItemKind::Use(used) => {
                for name in &used.path {
                    self.add("path", name.span, &name.text);
                }
                for used in &used.names {
                    self.add("use_name", used.name.span, &used.name.text);
                    if let Some(alias) = &used.alias {
                        self.add("alias", alias.span, &alias.text);
                    }
                }
            }
            ItemKind::Param(param) => {
                self.add("param", param.name.span, &param.name.text);
                self.expr_if(param.default.as_ref());
            }
            ItemKind::Schema(schema) => {
                self.add("schema", schema.name.span, &schema.name.text);
                for column in &schema.columns {
                    let column = &column.column;
                    self.add("schema_column", column.name.span, &column.name.text);
                    if let Some(role) = &column.role {
                        self.add("role", role.span, &role.text);
                    }
                }
                for name in schema.unique.iter().flatten() {
                    self.add("unique", name.span, &name.text);
                }
            }
            ItemKind::Connection(connection) => {
                self.add("connection", connection.name.span, &connection.name.text);
                self.expr(&connection.value);
            }
            ItemKind::Catalog(catalog) => {
                for entry in &catalog.entries {
                    self.add("catalog_entry", entry.name.span, &entry.name.text);
                    self.expr(&entry.value);
                }
            }
            ItemKind::Function(function) => {
                self.add("function", function.name.span, &function.name.text);
                self.parameters(&function.params);
                self.expr(&function.body);
            }
            ItemKind::Node(node) => {
                self.add("node", node.name.span, &node.name.text);
                self.parameters(&node.params);
                match &node.body {
                    NodeBody::Block(block) => self.block(block),
                    NodeBody::Foreign { language, args, .. } => {
                        self.add("foreign", language.span, &language.text);
                        self.arguments(args);
                    }
                }
            }
            ItemKind::Pipeline(pipeline) => {
                self.add("pipeline", pipeline.name.span, &pipeline.name.text);
                self.parameters(&pipeline.params);
                self.statements(&pipeline.body);
            }
            ItemKind::Env(env) => {
                self.add("env", env.name.span, &env.name.text);
                if let Some(extends) = &env.extends {
                    self.add("extends", extends.span, &extends.text);
                }
                for setting in &env.settings {
                    for name in setting.path.iter().chain(&setting.of) {
                        self.add("setting", name.span, &name.text);
                    }
                    self.expr(&setting.value);
                }
            }
            ItemKind::Test(test) => {
                self.add("test", test.name_span, "");
                self.statements(&test.body);
            }
            ItemKind::Signature(signature) => {
                self.add("signature", signature.name.span, &signature.name.text);
                for parameter in &signature.type_params {
                    self.add("type_parameter", parameter.name.span, &parameter.name.text);
                }
                self.parameters(&signature.params);
                self.expr_if(signature.empty.as_ref());
            }
            ItemKind::TypeAlias(alias) => self.add("type_alias", alias.name.span, &alias.name.text),
            ItemKind::Unread(_) => {}
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.add("parameter", parameter.name.span, &parameter.name.text);
            self.expr_if(parameter.default.as_ref());
        }
    }

    fn block(&mut self, block: &Block) {
        self.add("block", block.span, "");
        block.lets.iter().for_each(|binding| self.let_value(binding));
        self.expr(&block.result);
    }

    fn let_value(&mut self, binding: &Let) {
        self.add("let", binding.name.span, &binding.name.text);
        self.expr(&binding.value);
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.add("statement", statement.span, "");
            match &statement.kind {
                StatementKind::Let(binding) => self.let_value(binding),
                StatementKind::Save { value, entry } => {
                    self.add("save", entry.span, &entry.text);
                    self.expr(value);
                }
                StatementKind::Track(value) => self.expr(value),
                StatementKind::Expect { condition, message } => {
                    self.expr(condition);
                    self.expr_if(message.as_ref());
                }
                StatementKind::When { condition, body } => {
                    self.expr(condition);
                    self.statements(body);
                }
                StatementKind::For { name, items, body } => {
                    self.add("for", name.span, &name.text);
                    self.expr(items);
                    self.statements(body);
                }
                StatementKind::Run { pipeline, args } => {
                    self.add("run", pipeline.span, &pipeline.text);
                    self.arguments(args);
                }
            }
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            if let Some(name) = &argument.name {
                self.add("label", name.span, &name.text);
            }
            self.expr(&argument.value);
        }
    }

    fn expr_if(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let mut called = "";
        let mut inner: Vec<&Expr> = Vec::new();
        let kind = match &expr.kind {
            // The sign belongs to the smallest of all, whose digits alone are none.
            ExprKind::Int(i64::MIN) => {
                let digits = i64::MIN.unsigned_abs().to_string().len() as u32;
                self.add("integer", Span { start: expr.span.end - digits, ..expr.span }, "");
                "unary"
            }
            ExprKind::Int(_) => "integer",
            ExprKind::Float(_) => "float",
            ExprKind::Text(_) => "text",
            ExprKind::Format(parts) => {
                inner.extend(parts.iter().filter_map(|part| match part {
                    FormatPart::Value(value) => Some(value),
                    FormatPart::Text(_) => None,
                }));
                "format"
            }
            ExprKind::Bool(true) => "true",
            ExprKind::Bool(false) => "false",
            ExprKind::Null => "null",
            ExprKind::Date(_) => "date",
            ExprKind::Timestamp(_) => "timestamp",
            ExprKind::Duration(_) => "duration",
            ExprKind::Size(_) => "size",
            ExprKind::Range { start, end, .. } => {
                inner.extend([&**start, end]);
                "range"
            }
            ExprKind::List(items) => {
                inner.extend(items);
                "list"
            }
            ExprKind::Record(fields) => {
                inner.extend(fields.iter().map(|(_, value)| value));
                "record"
            }
            ExprKind::Columns(columns) => {
                inner.extend(columns.iter().map(|column| &column.value));
                "columns_literal"
            }
            ExprKind::Table { rows, .. } => {
                inner.extend(rows);
                "table_rows"
            }
            ExprKind::Name(name) => {
                called = name;
                "reference"
            }
            ExprKind::Column(name) => {
                called = &name.text;
                "column"
            }
            ExprKind::Field { of, name, .. } => {
                called = &name.text;
                inner.push(of);
                "member"
            }
            ExprKind::Call { function, args, block, style, .. } => {
                self.arguments(args);
                inner.extend(block.iter().flat_map(|block| &block.bindings).map(|binding| &binding.value));
                called = &function.text;
                match style {
                    CallStyle::Plain => "call",
                    CallStyle::Method | CallStyle::OptionalMethod => "method_call",
                    CallStyle::Pipe => "pipe",
                }
            }
            ExprKind::Unary(_, operand) => {
                inner.push(operand);
                "unary"
            }
            ExprKind::Binary { operator_span, left, right, .. } => {
                self.add("operator", *operator_span, "");
                inner.extend([&**left, right]);
                "binary"
            }
            ExprKind::IsNull { of, .. } => {
                inner.push(of);
                "null_test"
            }
            ExprKind::If { condition, then, otherwise } => {
                inner.extend([&**condition, then, otherwise]);
                "if"
            }
            ExprKind::Match { of, arms } => {
                inner.push(of);
                for arm in arms {
                    self.add("arm", arm.span, "");
                    for pattern in &arm.patterns {
                        let kind = if matches!(pattern.kind, PatternKind::Any) { "wildcard" } else { "pattern" };
                        self.add(kind, pattern.span, "");
                    }
                    inner.push(&arm.value);
                }
                "match"
            }
            ExprKind::For { name, items, body } => {
                called = &name.text;
                inner.extend([&**items, body]);
                "for_value"
            }
            ExprKind::Error => "error",
        };
        self.add(kind, expr.span, called);
        inner.into_iter().for_each(|expr| self.expr(expr));
    }
}

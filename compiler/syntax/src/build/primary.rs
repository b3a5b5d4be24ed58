//! Operands: names, calls, literals, and what stands in brackets.

use gml_diagnostics::{Fix, Span};

use super::{Builder, Tree, text};
use crate::ast::{Argument, BinaryOperator, CallBlock, CallStyle, Expr, ExprKind, Name};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::{Pair, Pairs};

/// What a call was given.
#[derive(Default)]
struct Given {
    args: Vec<Argument>,
    block: Option<Box<CallBlock>>,
    /// Where the last of it ends.
    end: Option<Span>,
    height: u32,
}

impl Builder<'_, '_> {
    pub(super) fn primary(&mut self, pair: Pair<'_>) -> Tree {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::column => {
                let name =
                    Name { text: self.words.text(&pair.as_str()[1..]), span: Span { start: span.start + 1, ..span } };
                self.tree(ExprKind::Column(name), span, 0)
            }
            Rule::group => {
                let inner = self.next_expression(&mut pair.into_inner());
                Tree { expr: Expr { span, ..inner.expr }, height: inner.height }
            }
            Rule::list => {
                let (items, height) = self.items(pair.into_inner());
                self.tree(ExprKind::List(items), span, height)
            }
            Rule::braces => self.braces(pair),
            Rule::constant => {
                let kind = match pair.as_str() {
                    "true" => ExprKind::Bool(true),
                    "false" => ExprKind::Bool(false),
                    _ => ExprKind::Null,
                };
                self.tree(kind, span, 0)
            }
            Rule::number => {
                let kind = self.number(pair.as_str(), span);
                self.tree(kind, span, 0)
            }
            Rule::date => {
                let kind = self.date(pair.as_str(), span);
                self.tree(kind, span, 0)
            }
            Rule::table_rows => self.table_rows(pair),
            Rule::if_value => self.if_value(pair),
            Rule::match_value => self.match_value(pair),
            Rule::for_value => self.for_value(pair),
            Rule::format | Rule::format_block => self.format(pair),
            _ => {
                let value = self.text_value(&pair);
                self.tree(ExprKind::Text(value), span, 0)
            }
        }
    }

    /// The expressions among the parts and the height of the highest.
    fn items(&mut self, parts: Pairs<'_>) -> (Vec<Expr>, u32) {
        let mut height = 0;
        let is_item = |part: &Pair<'_>| part.as_rule() == Rule::expression;
        let mut items = Vec::with_capacity(parts.clone().filter(is_item).count());
        for part in parts.filter(is_item) {
            let tree = self.expression(part);
            height = height.max(tree.height);
            items.push(tree.expr);
        }
        (items, height)
    }

    fn table_rows(&mut self, pair: Pair<'_>) -> Tree {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let Some(ty) = parts.next().map(|part| self.table_type(part)) else { return self.error(span) };
        let (rows, height) = parts.next().map_or((Vec::new(), 0), |list| self.items(list.into_inner()));
        self.tree(ExprKind::Table { ty: Box::new(ty), rows }, span, height)
    }

    /// A name, and a call where arguments follow it.
    pub(super) fn name_or_call(&mut self, pair: &Pair<'_>, parts: &mut Pairs<'_>) -> Tree {
        let function = self.name(pair);
        let mut given = Given::default();
        while parts.peek().is_some_and(|next| matches!(next.as_rule(), Rule::arguments | Rule::columns))
            && let Some(part) = parts.next()
        {
            self.give(part, &mut given);
        }
        let Some(end) = given.end else {
            let span = function.span;
            let kind = self.foreign_constant(&function).unwrap_or(ExprKind::Name(function.text));
            return self.tree(kind, span, 0);
        };
        self.finish_call(function, given, CallStyle::Plain, end)
    }

    /// `None`, `TRUE` and their like.
    fn foreign_constant(&mut self, name: &Name) -> Option<ExprKind> {
        let (kind, ours) = match &*name.text {
            "True" | "TRUE" => (ExprKind::Bool(true), "true"),
            "False" | "FALSE" => (ExprKind::Bool(false), "false"),
            "None" | "NULL" | "Null" | "nil" | "NA" | "undefined" => (ExprKind::Null, "null"),
            _ => return None,
        };
        let message = format!("`{}` is written `{ours}` in GML", name.text);
        let fix = Fix::safe(name.span, ours);
        self.report_written(codes::FOREIGN_KEYWORD, name.span, message, format!("write `{ours}`"), fix);
        Some(kind)
    }

    pub(super) fn member(&mut self, of: Tree, pair: Pair<'_>) -> Tree {
        let optional = pair.as_str().starts_with('?');
        let mut parts = pair.into_inner();
        let name = self.next_name(&mut parts);
        if parts.peek().is_none() {
            let span = of.expr.span.to(name.span);
            return self.tree(ExprKind::Field { of: Box::new(of.expr), name, optional }, span, of.height);
        }
        let style = if optional { CallStyle::OptionalMethod } else { CallStyle::Method };
        self.call_on(of, name, parts, style)
    }

    pub(super) fn pipe(&mut self, of: Tree, pair: Pair<'_>) -> Tree {
        let mut parts = pair.into_inner();
        if let Some(sign) = parts.next()
            && sign.as_str() != "|>"
        {
            let message = format!("`{}` is written `|>` in GML", sign.as_str());
            let span = self.span(&sign);
            self.report_written(codes::FOREIGN_OPERATOR, span, message, "write `|>`", Fix::safe(span, "|>"));
        }
        let name = self.next_name(&mut parts);
        self.call_on(of, name, parts, CallStyle::Pipe)
    }

    fn call_on(&mut self, of: Tree, function: Name, parts: Pairs<'_>, style: CallStyle) -> Tree {
        let start = of.expr.span;
        let of_parts = |part: Pair<'_>| part.into_inner().filter(|inner| inner.as_rule() == Rule::expression).count();
        let arguments = parts.clone().filter(|part| part.as_rule() == Rule::arguments).map(of_parts).sum::<usize>();
        let mut args = Vec::with_capacity(1 + arguments);
        args.push(Argument { name: None, value: of.expr });
        let mut given = Given { args, height: of.height, ..Given::default() };
        for part in parts {
            self.give(part, &mut given);
        }
        let end = start.to(given.end.unwrap_or(function.span));
        self.finish_call(function, given, style, end)
    }

    fn finish_call(&mut self, function: Name, given: Given, style: CallStyle, end: Span) -> Tree {
        let span = function.span.to(end);
        let Given { args, block, height, .. } = given;
        self.tree(ExprKind::Call { function, args, block, style }, span, height)
    }

    /// Adds `( )` or `{ }` to what a call was given.
    fn give(&mut self, part: Pair<'_>, given: &mut Given) {
        let span = self.span(&part);
        given.end = Some(span);
        let height = if part.as_rule() == Rule::arguments {
            self.arguments(part, &mut given.args)
        } else {
            let (bindings, height) = self.bindings(part);
            given.block = Some(Box::new(CallBlock { bindings, span }));
            height
        };
        given.height = given.height.max(height);
    }

    /// Adds the arguments in `( )`; their greatest height.
    pub(super) fn arguments(&mut self, pair: Pair<'_>, args: &mut Vec<Argument>) -> u32 {
        let mut height = 0;
        let mut label = None;
        let mut named: Option<Span> = None;
        let count = pair.into_inner().filter(|part| part.as_rule() == Rule::expression).count();
        args.reserve_exact(count);
        for part in pair.into_inner() {
            if part.as_rule() == Rule::label {
                label = Some(self.label(&part));
                continue;
            }
            if part.as_rule() == Rule::closing_round {
                continue;
            }
            let tree = self.expression(part);
            height = height.max(tree.height);
            let argument = match label.take() {
                Some(name) => Argument { name: Some(name), value: tree.expr },
                None => self.assigned_argument(tree.expr),
            };
            match (&argument.name, named) {
                (Some(name), _) => named = Some(name.span),
                (None, Some(first)) if argument.value.kind != ExprKind::Error => {
                    let message = "an argument without a name follows one with a name";
                    let help = "name it, or put it before the named ones";
                    self.report(codes::POSITIONAL_AFTER_NAMED, argument.value.span, message, help);
                    if let Some(last) = self.diagnostics.pop() {
                        self.diagnostics.push(last.and(first, "named arguments begin here"));
                    }
                }
                _ => {}
            }
            args.push(argument);
        }
        height
    }

    /// The name before the `:` of an argument.
    fn label(&self, pair: &Pair<'_>) -> Name {
        let name = pair.as_str();
        let name = &name[..name.bytes().position(|byte| !crate::lexer::is_word_byte(byte)).unwrap_or(name.len())];
        let start = pair.start();
        Name { text: self.words.text(name), span: self.at(start, start + name.len()) }
    }

    /// `f(x = 3)`, as other languages name an argument.
    fn assigned_argument(&mut self, value: Expr) -> Argument {
        let Expr { kind, span } = value;
        match kind {
            ExprKind::Binary { operator: BinaryOperator::Equal, operator_span, left, right } => {
                let assigned = self
                    .diagnostics
                    .iter()
                    .rposition(|found| found.code == codes::ASSIGNMENT_IN_EXPRESSION && found.span == operator_span);
                if let (Some(index), ExprKind::Name(name)) = (assigned, &left.kind) {
                    let found = &mut self.diagnostics[index];
                    found.message = "an argument is named with `:`".to_owned();
                    found.help = Some(format!("write `{name}: ..`"));
                    let sign = Span::new(span.file, left.span.end, right.span.start);
                    found.fix = Some(Fix::safe(sign, ": ").titled(format!("write `{name}: ..`")));
                    return Argument { name: Some(Name { text: name.clone(), span: left.span }), value: *right };
                }
                let kind = ExprKind::Binary { operator: BinaryOperator::Equal, operator_span, left, right };
                Argument { name: None, value: Expr { kind, span } }
            }
            kind => Argument { name: None, value: Expr { kind, span } },
        }
    }

    /// A name for something that could not be read.
    pub(super) fn nameless(&self, span: Span) -> Name {
        Name { text: text("_"), span }
    }
}

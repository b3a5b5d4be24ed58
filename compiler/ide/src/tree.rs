//! Walks over the syntax tree.

use gml_diagnostics::Span;
use gml_syntax::ast::{
    Argument, ContractSyntax, Expr, ExprKind, FormatPart, Item, ItemKind, NodeBody, Parameter, PatternKind, RowColumn,
    RowSyntax, Statement, StatementKind, TypeExpr, TypeKind,
};

/// Whether an offset lies in a span or directly behind it.
pub(crate) fn touches(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

/// The expressions directly within one.
pub(crate) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Call { args, block, .. } => {
            let args = args.iter().map(|arg| &arg.value);
            args.chain(block.iter().flat_map(|block| &block.bindings).map(|binding| &binding.value)).collect()
        }
        ExprKind::Format(parts) => parts
            .iter()
            .filter_map(|part| match part {
                FormatPart::Value(expr) => Some(expr),
                FormatPart::Text(_) => None,
            })
            .collect(),
        ExprKind::Range { start, end, .. } => vec![start, end],
        ExprKind::List(items) => items.iter().collect(),
        ExprKind::Record(fields) => fields.iter().map(|(_, value)| value).collect(),
        ExprKind::Columns(bindings) => bindings.iter().map(|binding| &binding.value).collect(),
        ExprKind::Table { rows, .. } => rows.iter().collect(),
        ExprKind::Field { of, .. } | ExprKind::Unary(_, of) | ExprKind::IsNull { of, .. } => vec![of],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        ExprKind::Match { of, arms } => {
            let patterns = arms.iter().flat_map(|arm| &arm.patterns).filter_map(|pattern| match &pattern.kind {
                PatternKind::Value(expr) => Some(expr),
                PatternKind::Any | PatternKind::Name(_) => None,
            });
            std::iter::once(&**of).chain(patterns).chain(arms.iter().map(|arm| &arm.value)).collect()
        }
        ExprKind::For { items, body, .. } => vec![items, body],
        _ => Vec::new(),
    }
}

/// The outermost expressions of a declaration.
pub(crate) fn roots(item: &Item) -> Vec<&Expr> {
    let mut found = Vec::new();
    match &item.kind {
        ItemKind::Param(param) => found.extend(&param.default),
        ItemKind::Connection(connection) => found.push(&connection.value),
        ItemKind::Catalog(catalog) => found.extend(catalog.entries.iter().map(|entry| &entry.value)),
        ItemKind::Function(function) => {
            found.extend(defaults(&function.params));
            found.push(&function.body);
        }
        ItemKind::Node(node) => {
            found.extend(defaults(&node.params));
            match &node.body {
                NodeBody::Block(block) => {
                    found.extend(block.lets.iter().map(|binding| &binding.value));
                    found.push(&block.result);
                }
                NodeBody::Foreign { args, .. } => found.extend(values(args)),
            }
        }
        ItemKind::Pipeline(pipeline) => {
            found.extend(defaults(&pipeline.params));
            of_statements(&pipeline.body, &mut found);
        }
        ItemKind::Test(test) => of_statements(&test.body, &mut found),
        ItemKind::Env(env) => found.extend(env.settings.iter().map(|setting| &setting.value)),
        ItemKind::Schema(schema) => {
            for column in &schema.columns {
                found.extend(column.column.contracts.iter().filter_map(bound));
            }
        }
        ItemKind::Signature(signature) => found.extend(defaults(&signature.params)),
        ItemKind::Use(_) | ItemKind::TypeAlias(_) | ItemKind::Unread(_) => {}
    }
    found
}

fn bound(contract: &ContractSyntax) -> Option<&Expr> {
    match contract {
        ContractSyntax::In(expr) | ContractSyntax::Compare(_, expr) => Some(expr),
        ContractSyntax::Matches(..) => None,
    }
}

fn defaults(params: &[Parameter]) -> impl Iterator<Item = &Expr> {
    params.iter().filter_map(|param| param.default.as_ref())
}

fn values(args: &[Argument]) -> impl Iterator<Item = &Expr> {
    args.iter().map(|arg| &arg.value)
}

fn of_statements<'a>(statements: &'a [Statement], found: &mut Vec<&'a Expr>) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Let(binding) => found.push(&binding.value),
            StatementKind::Save { value, .. } | StatementKind::Track(value) => found.push(value),
            StatementKind::Expect { condition, message } => {
                found.push(condition);
                found.extend(message);
            }
            StatementKind::When { condition, body } => {
                found.push(condition);
                of_statements(body, found);
            }
            StatementKind::For { items, body, .. } => {
                found.push(items);
                of_statements(body, found);
            }
            StatementKind::Run { args, .. } => found.extend(values(args)),
        }
    }
}

/// Runs `visit` with every expression of a declaration, outer ones before those within.
pub(crate) fn each_expr<'a>(item: &'a Item, mut visit: impl FnMut(&'a Expr)) {
    let mut waiting = roots(item);
    while let Some(expr) = waiting.pop() {
        visit(expr);
        waiting.extend(children(expr));
    }
}

/// The expressions that an offset lies in or touches, outermost first.
pub(crate) fn path_to(item: &Item, offset: u32) -> Vec<&Expr> {
    // Where two touch, the one that begins there is meant: `a|+b` looks at the name before the sign all the same,
    // since the sign is no expression.
    let pick = |candidates: Vec<&Expr>| -> Option<usize> {
        let within = candidates.iter().position(|expr| expr.span.contains(offset));
        within.or_else(|| candidates.iter().position(|expr| touches(expr.span, offset)))
    };
    let mut found = Vec::new();
    let mut candidates = roots(item);
    while let Some(place) = pick(candidates.clone()) {
        let expr = candidates[place];
        found.push(expr);
        candidates = children(expr);
    }
    found
}

/// The expressions around one, outermost first, and itself at the end; empty where it is not of the declaration.
pub(crate) fn ancestry<'a>(item: &'a Item, span: Span) -> Vec<&'a Expr> {
    let covers = |expr: &&'a Expr| expr.span.start <= span.start && span.end <= expr.span.end;
    let mut found: Vec<&'a Expr> = Vec::new();
    let mut candidates = roots(item);
    while let Some(expr) = candidates.into_iter().find(covers) {
        found.push(expr);
        if expr.span == span {
            break;
        }
        candidates = children(expr);
    }
    found
}

/// Runs `visit` with every type of a declaration, outer ones before those within.
pub(crate) fn each_type<'a>(item: &'a Item, mut visit: impl FnMut(&'a TypeExpr)) {
    let mut waiting: Vec<&TypeExpr> = Vec::new();
    let params = |params: &'a [Parameter]| params.iter().map(|param| &param.ty);
    match &item.kind {
        ItemKind::Param(param) => waiting.push(&param.ty),
        ItemKind::Schema(schema) => waiting.extend(schema.columns.iter().map(|column| &column.column.ty)),
        ItemKind::Catalog(catalog) => waiting.extend(catalog.entries.iter().map(|entry| &entry.ty)),
        ItemKind::Function(function) => {
            waiting.extend(params(&function.params));
            waiting.push(&function.result);
        }
        ItemKind::Node(node) => {
            waiting.extend(params(&node.params));
            waiting.push(&node.result);
            if let NodeBody::Block(block) = &node.body {
                waiting.extend(block.lets.iter().filter_map(|binding| binding.ty.as_ref()));
            }
        }
        ItemKind::Pipeline(pipeline) => {
            waiting.extend(params(&pipeline.params));
            types_of(&pipeline.body, &mut waiting);
        }
        ItemKind::Test(test) => types_of(&test.body, &mut waiting),
        _ => {}
    }
    each_expr(item, |expr| {
        if let ExprKind::Table { ty, .. } = &expr.kind {
            waiting.push(ty);
        }
    });
    while let Some(ty) = waiting.pop() {
        visit(ty);
        waiting.extend(parts(ty));
    }
}

fn types_of<'a>(statements: &'a [Statement], found: &mut Vec<&'a TypeExpr>) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Let(binding) => found.extend(&binding.ty),
            StatementKind::When { body, .. } | StatementKind::For { body, .. } => types_of(body, found),
            _ => {}
        }
    }
}

/// The types directly within one.
fn parts(ty: &TypeExpr) -> Vec<&TypeExpr> {
    match &ty.kind {
        TypeKind::Named(_, args) => args.iter().collect(),
        TypeKind::Nullable(inner) | TypeKind::In(inner, _) => vec![inner],
        TypeKind::Table(row) | TypeKind::Struct(row) | TypeKind::Row(row) => {
            row.columns.iter().map(|column| &column.ty).collect()
        }
        TypeKind::Arrow(a, b)
        | TypeKind::Plus(a, b)
        | TypeKind::Minus(a, b)
        | TypeKind::And(a, b)
        | TypeKind::Or(a, b) => vec![a, b],
        TypeKind::Text(_) | TypeKind::Number(_) | TypeKind::Error => Vec::new(),
    }
}

/// The row that a type is written with, where it is one.
pub(crate) fn row_of(ty: &TypeExpr) -> Option<&RowSyntax> {
    match &ty.kind {
        TypeKind::Table(row) | TypeKind::Struct(row) | TypeKind::Row(row) => Some(row),
        _ => None,
    }
}

/// Every column of a declaration that is written with a type: of its schema and of rows in its types.
pub(crate) fn columns(item: &Item) -> Vec<&RowColumn> {
    let mut found = Vec::new();
    if let ItemKind::Schema(schema) = &item.kind {
        found.extend(schema.columns.iter().map(|column| &column.column));
    }
    each_type(item, |ty| found.extend(row_of(ty).into_iter().flat_map(|row| &row.columns)));
    found
}

/// The parameters of a declaration that has some.
pub(crate) fn params(item: &Item) -> &[Parameter] {
    match &item.kind {
        ItemKind::Function(function) => &function.params,
        ItemKind::Node(node) => &node.params,
        ItemKind::Pipeline(pipeline) => &pipeline.params,
        ItemKind::Signature(signature) => &signature.params,
        _ => &[],
    }
}

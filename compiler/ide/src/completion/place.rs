//! What kind of place a byte of the tree is: what could be written there.

use gml_diagnostics::Span;
use gml_ir::Type;
use gml_syntax::ast::{Expr, ExprKind, Item, ItemKind, Name, Statement, StatementKind, TypeExpr, TypeKind};

use crate::tree;

/// A place in a declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// `.name`
    Column(&'a Name),
    /// `of.name`
    Field { of: &'a Expr, name: &'a Name, optional: bool },
    /// A bare name.
    Name(&'a Expr),
    /// The name of a call.
    Callee { call: &'a Expr, name: &'a Name },
    /// Within a text.
    Text(&'a Expr),
    /// The name of a type.
    Type,
    /// `save .. as name`
    Entry,
    /// `run name`
    Run,
    /// The left side of a setting of an env.
    Setting(&'a [Name], &'a Name),
    /// The pipeline of a setting of an env.
    SettingOf,
    /// `extends name`
    Base,
    /// A key of a row of `table[T] [ .. ]`.
    Key(&'a TypeExpr),
    /// A column in `unique [ .. ]`.
    Unique,
}

/// The place of the tree that a byte is in.
pub(crate) fn find(item: &Item, at: u32) -> Option<Place<'_>> {
    of_item(item, at).or_else(|| of_type(item, at)).or_else(|| of_expr(item, at))
}

fn is_in(name: &Name, at: u32) -> bool {
    name.span.contains(at)
}

fn of_item(item: &Item, at: u32) -> Option<Place<'_>> {
    match &item.kind {
        ItemKind::Env(env) => {
            if env.extends.as_ref().is_some_and(|base| is_in(base, at)) {
                return Some(Place::Base);
            }
            env.settings.iter().find_map(|setting| {
                let name = setting.path.iter().find(|name| is_in(name, at));
                let of = setting.of.as_ref().filter(|of| is_in(of, at)).map(|_| Place::SettingOf);
                name.map(|name| Place::Setting(&setting.path, name)).or(of)
            })
        }
        ItemKind::Schema(schema) => schema.unique.iter().flatten().any(|name| is_in(name, at)).then_some(Place::Unique),
        ItemKind::Pipeline(pipeline) => of_statements(&pipeline.body, at),
        ItemKind::Test(test) => of_statements(&test.body, at),
        _ => None,
    }
}

fn of_statements(statements: &[Statement], at: u32) -> Option<Place<'_>> {
    statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Save { entry, .. } if is_in(entry, at) => Some(Place::Entry),
        StatementKind::Run { pipeline, .. } if is_in(pipeline, at) => Some(Place::Run),
        StatementKind::When { body, .. } | StatementKind::For { body, .. } => of_statements(body, at),
        _ => None,
    })
}

fn of_type(item: &Item, at: u32) -> Option<Place<'_>> {
    let mut found = None;
    tree::each_type(item, |ty| {
        if let TypeKind::Named(name, _) = &ty.kind
            && is_in(name, at)
        {
            found = Some(Place::Type);
        }
    });
    found
}

fn of_expr(item: &Item, at: u32) -> Option<Place<'_>> {
    let mut found = None;
    let mut tables: Vec<(&TypeExpr, Span)> = Vec::new();
    tree::each_expr(item, |expr| {
        if !expr.span.contains(at) {
            return;
        }
        let place = match &expr.kind {
            ExprKind::Column(name) if is_in(name, at) => Some(Place::Column(name)),
            ExprKind::Field { of, name, optional } if is_in(name, at) => {
                Some(Place::Field { of, name, optional: *optional })
            }
            ExprKind::Name(_) => Some(Place::Name(expr)),
            ExprKind::Call { function, .. } if is_in(function, at) => {
                Some(Place::Callee { call: expr, name: function })
            }
            ExprKind::Text(_) => Some(Place::Text(expr)),
            ExprKind::Table { ty, .. } => {
                tables.push((ty, expr.span));
                None
            }
            ExprKind::Record(fields) => {
                let key = fields.iter().find(|(name, _)| is_in(name, at));
                let table = tables.iter().find(|(_, span)| span.contains(at));
                key.and(table).map(|(table, _)| Place::Key(table))
            }
            _ => None,
        };
        // In `{ start }` the key is the value too: the key counts in the rows of a table, else the value.
        found = match (found, place) {
            (Some(key @ Place::Key(_)), _) => Some(key),
            (found, place) => place.or(found),
        };
    });
    found
}

/// The call that an expression is an argument of, with the name it is given, if any.
pub(crate) fn call_around<'a>(item: &'a Item, expr: &Expr) -> Option<(&'a Expr, Option<&'a Name>)> {
    let around = tree::ancestry(item, expr.span);
    let (_, outer) = around.split_last()?;
    let call = outer.last()?;
    let ExprKind::Call { args, .. } = &call.kind else { return None };
    let arg = args.iter().find(|arg| arg.value.span == expr.span)?;
    Some((call, arg.name.as_ref()))
}

/// The values that a comparison, a `match` or a list beside it says an expression is one of: those of the enum on the
/// other side.
pub(crate) fn compared_with<'a>(item: &'a Item, expr: &Expr) -> Option<&'a Expr> {
    let around = tree::ancestry(item, expr.span);
    let (_, outer) = around.split_last()?;
    outer
        .iter()
        .rev()
        .find_map(|outer| match &outer.kind {
            ExprKind::Binary { left, right, .. } => {
                Some(if right.span.contains(expr.span.start) { left } else { right })
            }
            ExprKind::Match { of, .. } => Some(of),
            _ => None,
        })
        .map(|expr| &**expr)
}

/// The values of an enum, through what it is wrapped in.
pub(crate) fn choices(ty: &Type) -> Option<&[std::sync::Arc<str>]> {
    match ty.non_null() {
        Type::Enum(values) => Some(values),
        Type::List(inner) => choices(inner),
        _ => None,
    }
}

//! What a body is made of: all statements, all expressions.

use smallvec::SmallVec;

use crate::typed::{Text, Typed, TypedArg, TypedKind, TypedStatement, TypedStatementKind};

/// Expressions that are still to be looked at: few at a time.
pub(crate) type Waiting<'t> = SmallVec<[&'t Typed; 16]>;

/// Every statement, those within others included.
pub(crate) fn each_statement<'t>(body: &'t [TypedStatement], visit: &mut impl FnMut(&'t TypedStatement)) {
    let mut waiting: Vec<&'t TypedStatement> = body.iter().rev().collect();
    while let Some(statement) = waiting.pop() {
        visit(statement);
        if let TypedStatementKind::When { body, .. } | TypedStatementKind::For { body, .. } = &statement.kind {
            waiting.extend(body.iter().rev());
        }
    }
}

/// The expressions of statements, those within others included.
pub(crate) fn each_value(body: &[TypedStatement], visit: &mut impl FnMut(&Typed)) {
    each_statement(body, &mut |statement| match &statement.kind {
        TypedStatementKind::Let(_, value) | TypedStatementKind::Track(value) => visit(value),
        TypedStatementKind::Save { value, .. } => visit(value),
        TypedStatementKind::Expect { condition, message } => {
            visit(condition);
            message.iter().for_each(&mut *visit);
        }
        TypedStatementKind::When { condition, .. } => visit(condition),
        TypedStatementKind::For { items, .. } => visit(items),
        TypedStatementKind::Run { args, .. } => args.iter().flatten().for_each(&mut *visit),
    });
}

/// An expression and every expression in it; bodies of what it calls are not in it.
pub(crate) fn each_part<'t>(value: &'t Typed, visit: &mut impl FnMut(&'t Typed)) {
    each(value, of_argument, visit);
}

/// The same without the expressions that are over other rows, or over the items of a list.
pub(crate) fn each_of_row<'t>(value: &'t Typed, visit: &mut impl FnMut(&'t Typed)) {
    let of_row = |arg: &'t TypedArg, found: &mut Waiting<'t>| {
        if let TypedArg::Value(value) = arg {
            found.push(value);
        }
    };
    each(value, of_row, visit);
}

/// `inside`: adds the expressions in an argument that are looked at.
fn each<'t>(value: &'t Typed, inside: impl Fn(&'t TypedArg, &mut Waiting<'t>), visit: &mut impl FnMut(&'t Typed)) {
    let mut waiting = Waiting::new();
    let mut next = Some(value);
    while let Some(part) = next {
        visit(part);
        inside_of(part, &inside, &mut waiting);
        next = waiting.pop();
    }
}

/// Adds the expressions that an expression is made of; bodies of what it calls are not in it.
pub(crate) fn children<'t>(part: &'t Typed, found: &mut Waiting<'t>) {
    inside_of(part, &of_argument, found);
}

fn inside_of<'t>(part: &'t Typed, inside: &impl Fn(&'t TypedArg, &mut Waiting<'t>), waiting: &mut Waiting<'t>) {
    match &part.kind {
        TypedKind::Format(parts) | TypedKind::List(parts) | TypedKind::Chain(parts) => waiting.extend(parts),
        TypedKind::Record(fields) => waiting.extend(fields.iter().map(|(_, value): &(Text, Typed)| value)),
        TypedKind::Field(of, _)
        | TypedKind::Unary(_, of)
        | TypedKind::IsNull(of)
        | TypedKind::Cast(of)
        | TypedKind::Conform(of, _) => waiting.push(&**of),
        TypedKind::Range { start: left, end: right, .. }
        | TypedKind::Binary(_, left, right)
        | TypedKind::In(left, right)
        | TypedKind::For { items: left, body: right, .. } => waiting.extend([&**left, right]),
        TypedKind::If(condition, then, otherwise) => waiting.extend([&**condition, then, otherwise]),
        TypedKind::Function(_, args) | TypedKind::Node { args, .. } => waiting.extend(args.iter().flatten()),
        TypedKind::Table(rows) => waiting.extend(rows.iter().flatten()),
        TypedKind::Call(call) => call.args.iter().for_each(|(_, arg)| inside(arg, waiting)),
        TypedKind::Literal(_)
        | TypedKind::Param(_)
        | TypedKind::Local(_)
        | TypedKind::Dataset(_)
        | TypedKind::Column(_)
        | TypedKind::Error => {}
    }
}

fn of_argument<'t>(arg: &'t TypedArg, found: &mut Waiting<'t>) {
    match arg {
        TypedArg::Value(value) | TypedArg::Expr(value) => found.push(value),
        TypedArg::Columns(columns) => found.extend(columns.iter().map(|(_, value)| value)),
        TypedArg::Order(keys) => found.extend(keys.iter().map(|(value, _)| value)),
        TypedArg::Schema(_) => {}
    }
}

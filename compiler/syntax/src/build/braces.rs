//! `{ a: 1 }`, `{ start, end }` and `{ a = .x }`.

use super::{Builder, Tree};
use crate::ast::{Binding, Expr, ExprKind, Name};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::Pair;

/// What stands between name and value.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    /// `a: value`
    Colon,
    /// `a = value`
    Equals,
    /// `a`
    Absent,
}

struct Field {
    name: Name,
    sign: Sign,
    value: Expr,
}

impl Builder<'_, '_> {
    /// A record or columns to make.
    pub(super) fn braces(&mut self, pair: Pair<'_>) -> Tree {
        let span = self.span(&pair);
        let (fields, height) = self.fields(pair);
        let columns = fields.first().is_some_and(|field| field.sign == Sign::Equals);
        if let Some(odd) = fields.iter().find(|field| (field.sign == Sign::Equals) != columns) {
            let name = &odd.name.text;
            let (message, help) = if columns {
                (
                    format!("`{name}` stands among columns to make, but is not written as one"),
                    format!("write `{name} = ..`"),
                )
            } else {
                (format!("`{name}` stands in a record, where `:` gives a value"), format!("write `{name}: ..`"))
            };
            self.report(codes::UNEXPECTED_TOKEN, odd.name.span, message, help);
        }
        let kind = if columns {
            ExprKind::Columns(
                fields.into_iter().map(|field| Binding { name: field.name, value: field.value }).collect(),
            )
        } else {
            ExprKind::Record(fields.into_iter().map(|field| (field.name, field.value)).collect())
        };
        self.tree(kind, span, height)
    }

    /// The columns of the block behind a call.
    pub(super) fn bindings(&mut self, pair: Pair<'_>) -> (Vec<Binding>, u32) {
        let (fields, height) = self.fields(pair);
        if let Some(odd) = fields.iter().find(|field| field.sign != Sign::Equals) {
            let name = &odd.name.text;
            let message = format!("`{name}` stands among columns to make, but is not written as one");
            let help = match odd.sign {
                Sign::Absent => format!("write `{name} = ..`; to keep a column as it is, `{name} = .{name}`"),
                _ => format!("write `{name} = ..`"),
            };
            self.report(codes::UNEXPECTED_TOKEN, odd.name.span, message, help);
        }
        let bindings = fields.into_iter().map(|field| Binding { name: field.name, value: field.value });
        (bindings.collect(), height)
    }

    fn fields(&mut self, pair: Pair<'_>) -> (Vec<Field>, u32) {
        let mut height = 0;
        let is_field = |part: &Pair<'_>| part.as_rule() == Rule::field;
        let mut fields = Vec::with_capacity(pair.into_inner().filter(is_field).count());
        fields.extend(pair.into_inner().filter(is_field).map(|part| {
            let mut parts = part.into_inner();
            let name = self.next_name(&mut parts);
            let mut sign = Sign::Absent;
            let mut value = None;
            for part in parts {
                if part.as_rule() == Rule::binding_sign {
                    sign = Sign::Equals;
                } else {
                    let tree = self.expression(part);
                    height = height.max(tree.height);
                    value = Some(tree.expr);
                    if sign == Sign::Absent {
                        sign = Sign::Colon;
                    }
                }
            }
            let value = value.unwrap_or_else(|| Expr { kind: ExprKind::Name(name.text.clone()), span: name.span });
            Field { name, sign, value }
        }));
        (fields, height)
    }
}

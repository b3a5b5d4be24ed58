//! Types, rows, roles and contracts.

use gml_diagnostics::Span;

use super::{Builder, text};
use crate::ast::{BinaryOperator, ContractSyntax, Expr, Name, RowColumn, RowSyntax, Text, TypeExpr, TypeKind};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::{Pair, Pairs};
use crate::words::ROLES;

/// Parts that one type may join: like [`super::MAX_HEIGHT`], for types.
const MAX_PARTS: usize = 64;

impl Builder<'_, '_> {
    /// The next type among the parts. Every caller knows from the grammar that it is there.
    pub(super) fn next_type(&mut self, parts: &mut Pairs<'_>) -> TypeExpr {
        match parts.find(|part| part.as_rule() == Rule::r#type) {
            Some(pair) => self.type_of(pair),
            None => TypeExpr { kind: TypeKind::Error, span: self.at(0, 0) },
        }
    }

    pub(super) fn type_of(&mut self, pair: Pair<'_>) -> TypeExpr {
        let mut parts = pair.into_inner();
        if let (Some(name), None) = (parts.next(), parts.next())
            && name.as_rule() == Rule::type_name
        {
            return self.type_name(name);
        }
        let start = self.span(&pair);
        let mut atoms: Vec<TypeExpr> = Vec::with_capacity(1);
        let mut signs: Vec<&str> = Vec::new();
        let mut partition = None;
        let mut table = None;
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::type_sign => signs.push(part.as_str()),
                Rule::nullable => self.nullable(&mut atoms, span),
                Rule::k_table | Rule::k_struct => table = Some((part.as_rule(), span)),
                Rule::k_in | Rule::closing_round => {}
                Rule::any_name => partition = Some(self.name(&part)),
                Rule::row => {
                    let row = self.row(part);
                    atoms.push(match table.take() {
                        Some((Rule::k_table, word)) => TypeExpr { kind: TypeKind::Table(row), span: word.to(span) },
                        Some((_, word)) => TypeExpr { kind: TypeKind::Struct(row), span: word.to(span) },
                        None => TypeExpr { kind: TypeKind::Row(row), span },
                    });
                }
                _ => {
                    let atom = self.type_atom(part, span);
                    atoms.push(atom);
                }
            }
        }
        if atoms.len() > MAX_PARTS {
            let message = format!("this type joins more than {MAX_PARTS} parts");
            self.report(codes::NESTING_TOO_DEEP, start, message, "name a part of it with `type` or `schema`");
            return TypeExpr { kind: TypeKind::Error, span: start };
        }
        let joined = join(&mut atoms.into_iter(), &signs).unwrap_or(TypeExpr { kind: TypeKind::Error, span: start });
        match partition {
            Some(name) => {
                let span = joined.span.to(name.span);
                TypeExpr { kind: TypeKind::In(Box::new(joined), name), span }
            }
            None => joined,
        }
    }

    fn nullable(&mut self, atoms: &mut Vec<TypeExpr>, span: Span) {
        let Some(inner) = atoms.pop() else { return };
        if matches!(inner.kind, TypeKind::Nullable(_)) {
            self.report(codes::UNEXPECTED_TOKEN, span, "this type can be null already", "leave out the second `?`");
            atoms.push(inner);
        } else {
            let span = inner.span.to(span);
            atoms.push(TypeExpr { kind: TypeKind::Nullable(Box::new(inner)), span });
        }
    }

    fn type_atom(&mut self, part: Pair<'_>, span: Span) -> TypeExpr {
        let kind = match part.as_rule() {
            Rule::type_name => return self.type_name(part),
            Rule::r#type => return self.type_of(part),
            Rule::number => match part.as_str().replace('_', "").parse() {
                Ok(value) => TypeKind::Number(value),
                Err(_) => {
                    let message = format!("`{}` is no number of a type", part.as_str());
                    self.report(codes::BAD_NUMBER, span, message, "a whole number is due, as in `vector[384]`");
                    TypeKind::Error
                }
            },
            _ => TypeKind::Text(self.text_value(&part)),
        };
        TypeExpr { kind, span }
    }

    fn type_name(&mut self, pair: Pair<'_>) -> TypeExpr {
        let mut parts = pair.into_inner();
        let name = self.next_name(&mut parts);
        let mut span = name.span;
        let mut args = Vec::new();
        if let Some(arguments) = parts.next() {
            span = span.to(self.span(&arguments));
            args = self.type_args(arguments);
        }
        TypeExpr { kind: TypeKind::Named(name, args), span }
    }

    /// The types in `[ ]`.
    fn type_args(&mut self, pair: Pair<'_>) -> Vec<TypeExpr> {
        let parts = pair.into_inner().filter(|part| part.as_rule() == Rule::r#type);
        let mut types = Vec::with_capacity(parts.clone().count());
        types.extend(parts.map(|part| self.type_of(part)));
        types
    }

    /// `table[T]` or `table { .. }` of a table literal.
    pub(super) fn table_type(&mut self, pair: Pair<'_>) -> TypeExpr {
        let mut word = self.span(&pair);
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::k_table => word = span,
                Rule::row => {
                    let row = self.row(part);
                    return TypeExpr { kind: TypeKind::Table(row), span: word.to(span) };
                }
                _ => {
                    let name = Name { text: text("table"), span: word };
                    let args = self.type_args(part);
                    return TypeExpr { kind: TypeKind::Named(name, args), span: word.to(span) };
                }
            }
        }
        TypeExpr { kind: TypeKind::Error, span: word }
    }

    pub(super) fn row(&mut self, pair: Pair<'_>) -> RowSyntax {
        let span = self.span(&pair);
        let mut row = RowSyntax { columns: Vec::new(), open: None, span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::open => row.open = Some(self.open(&part, row.open)),
                Rule::row_column => {
                    let column = self.row_column(part.into_inner());
                    row.columns.push(column);
                }
                _ => {}
            }
        }
        row
    }

    /// `..`, once.
    pub(super) fn open(&mut self, part: &Pair<'_>, before: Option<Span>) -> Span {
        let span = self.span(part);
        if before.is_some() {
            self.report(codes::UNEXPECTED_TOKEN, span, "`..` stands here twice", "once is enough");
        }
        before.unwrap_or(span)
    }

    /// A column from its parts; what a schema knows beyond them is passed over.
    pub(super) fn row_column(&mut self, parts: Pairs<'_>) -> RowColumn {
        let mut role = None;
        let mut name = None;
        let mut ty = None;
        let mut contracts = Vec::new();
        let mut condition = None;
        for part in parts {
            match part.as_rule() {
                Rule::role => role = self.role(&part),
                Rule::any_name if name.is_none() => name = Some(self.name(&part)),
                Rule::any_name => condition = Some(self.name(&part)),
                Rule::r#type => ty = Some(self.type_of(part)),
                Rule::contract => contracts.extend(self.contract(part)),
                _ => {}
            }
        }
        let nowhere = self.at(0, 0);
        let name = name.unwrap_or_else(|| self.nameless(nowhere));
        let ty = ty.unwrap_or(TypeExpr { kind: TypeKind::Error, span: name.span });
        RowColumn { role, name, ty, contracts, condition }
    }

    fn role(&mut self, part: &Pair<'_>) -> Option<Name> {
        let role = self.name(part);
        if ROLES.contains(&&*role.text) {
            return Some(role);
        }
        let message = format!("`{}` is no role", role.text);
        self.report(codes::UNEXPECTED_TOKEN, role.span, message, "the roles are id, time, target, weight and group");
        None
    }

    pub(super) fn contract(&mut self, pair: Pair<'_>) -> Option<ContractSyntax> {
        let mut parts = pair.into_inner();
        let sign = parts.next()?;
        let value = parts.next()?;
        Some(match sign.as_rule() {
            Rule::k_in => ContractSyntax::In(self.bound(value)),
            Rule::k_matches => {
                let (pattern, span) = self.text_at(&value);
                ContractSyntax::Matches(pattern, span)
            }
            _ => ContractSyntax::Compare(comparison(sign.as_str()), self.bound(value)),
        })
    }

    fn bound(&mut self, pair: Pair<'_>) -> Expr {
        self.flat(pair.into_inner()).expr
    }

    /// A text with its place.
    pub(super) fn text_at(&mut self, pair: &Pair<'_>) -> (Text, Span) {
        (self.text_value(pair), self.span(pair))
    }
}

fn comparison(sign: &str) -> BinaryOperator {
    match sign {
        "!=" => BinaryOperator::NotEqual,
        "<" => BinaryOperator::Less,
        "<=" => BinaryOperator::LessEqual,
        ">" => BinaryOperator::Greater,
        ">=" => BinaryOperator::GreaterEqual,
        _ => BinaryOperator::Equal,
    }
}

/// Joins atoms by their signs, the weakest first: `->` (from the right), `|`, `&`, `+` and `-`.
fn join(atoms: &mut impl Iterator<Item = TypeExpr>, signs: &[&str]) -> Option<TypeExpr> {
    let arrow = signs.iter().position(|sign| *sign == "->");
    let left = left_to_right(atoms, &signs[..arrow.unwrap_or(signs.len())], &["|"])?;
    let Some(arrow) = arrow else { return Some(left) };
    let right = join(atoms, &signs[arrow + 1..])?;
    let span = left.span.to(right.span);
    Some(TypeExpr { kind: TypeKind::Arrow(Box::new(left), Box::new(right)), span })
}

/// Splits at the weakest sign of this level; levels: `|`, `&`, `+ -`.
fn left_to_right(atoms: &mut impl Iterator<Item = TypeExpr>, signs: &[&str], level: &[&str]) -> Option<TypeExpr> {
    let stronger: &[&str] = match level {
        ["|"] => &["&"],
        ["&"] => &["+", "-"],
        _ => &[],
    };
    let mut joined: Option<TypeExpr> = None;
    let mut start = 0;
    let mut sign = "";
    for end in 0..=signs.len() {
        if signs.get(end).is_some_and(|sign| !level.contains(sign)) {
            continue;
        }
        let next = if stronger.is_empty() { atoms.next() } else { left_to_right(atoms, &signs[start..end], stronger) }?;
        joined = Some(match joined {
            None => next,
            Some(left) => binary(sign, left, next),
        });
        sign = signs.get(end).copied().unwrap_or("");
        start = end + 1;
    }
    joined
}

fn binary(sign: &str, left: TypeExpr, right: TypeExpr) -> TypeExpr {
    let span = left.span.to(right.span);
    let (left, right) = (Box::new(left), Box::new(right));
    let kind = match sign {
        "|" => TypeKind::Or(left, right),
        "&" => TypeKind::And(left, right),
        "+" => TypeKind::Plus(left, right),
        _ => TypeKind::Minus(left, right),
    };
    TypeExpr { kind, span }
}

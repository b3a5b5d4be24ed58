//! What a column's values must satisfy, as written to rules.

use std::cmp::Ordering;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{BinaryOp, Contract, ContractRule, Parsed, Type, Value};
use gml_syntax::ast::{BinaryOperator, ContractSyntax, Expr, ExprKind};

use super::decimal::written;
use super::literal::literal;
use super::{TypeScope, strftime};
use crate::message::contracts as message;
use crate::suggest::closest;
use crate::typed::Text;

impl TypeScope<'_> {
    /// The contract of a column, or of a parameter in a signature, of type `ty`; `None` where a diagnostic says that it is none.
    pub(crate) fn contract(
        &self,
        written: &ContractSyntax,
        ty: &Type,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Contract> {
        if matches!(ty, Type::Error) {
            return None;
        }
        let ty = ty.non_null();
        let made = match written {
            ContractSyntax::In(expr) => {
                self.within(expr, ty).map(|rule| (rule, format!("in {}", self.source(expr.span))))
            }
            ContractSyntax::Compare(operator, expr) => self.compare(*operator, expr, ty).map(|(op, value)| {
                (ContractRule::Compare(op, value), format!("{} {}", op.symbol(), self.source(expr.span)))
            }),
            ContractSyntax::Matches(pattern, span) => matches(pattern, *span, ty)
                .map(|pattern| (ContractRule::Matches(pattern), format!("matches {}", self.source(*span)))),
        };
        match made {
            Ok((rule, text)) => Some(Contract { rule, text: text.into() }),
            Err(diagnostic) => {
                diagnostics.extend(diagnostic);
                None
            }
        }
    }

    /// The form in a file that `parsed` tells; `None` where a diagnostic says that it is none.
    pub(crate) fn parsed(
        &self,
        form: &Text,
        span: Span,
        ty: &Type,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Parsed> {
        let is_word = !self.source(span).contains('"');
        let made = if is_word {
            unit(form, span, ty)
        } else {
            strftime::check(form, span, ty).map(|()| Parsed::Format(form.clone()))
        };
        made.map_err(|diagnostic| diagnostics.push(diagnostic)).ok()
    }

    fn source(&self, span: Span) -> &str {
        self.package.sources.text(span.file).get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// A diagnostic, or nothing where the parser has given one.
type Refused = Option<Diagnostic>;

fn constant(expr: &Expr) -> Result<Value, Refused> {
    if matches!(expr.kind, ExprKind::Error) {
        return Err(None);
    }
    literal(expr).map_err(|span| Some(message::not_constant(span)))
}

impl TypeScope<'_> {
    fn within(&self, expr: &Expr, ty: &Type) -> Result<ContractRule, Refused> {
        match (&expr.kind, constant(expr)?) {
            (ExprKind::Range { start: first, end: last, .. }, Value::Range { start, end, inclusive }) => {
                ordered(ty, expr.span)?;
                let (start, end) = (self.bound(*start, ty, first.span)?, self.bound(*end, ty, last.span)?);
                let order = start.compared(&end);
                if order == Some(Ordering::Greater) || (order == Some(Ordering::Equal) && !inclusive) {
                    return Err(Some(message::empty_range(&start, &end, expr.span)));
                }
                Ok(ContractRule::InRange { start, end, inclusive })
            }
            (ExprKind::List(written), Value::List(items)) => {
                if items.is_empty() {
                    return Err(Some(message::empty_list(expr.span)));
                }
                let items = items.into_iter().zip(written).map(|(item, written)| self.bound(item, ty, written.span));
                Ok(ContractRule::OneOf(items.collect::<Result<_, _>>()?))
            }
            _ => Err(Some(message::in_what(expr.span))),
        }
    }

    fn compare(&self, operator: BinaryOperator, expr: &Expr, ty: &Type) -> Result<(BinaryOp, Value), Refused> {
        let (op, needs_order) = match operator {
            BinaryOperator::Equal => (BinaryOp::Equal, false),
            BinaryOperator::NotEqual => (BinaryOp::NotEqual, false),
            BinaryOperator::Less => (BinaryOp::Less, true),
            BinaryOperator::LessEqual => (BinaryOp::LessEqual, true),
            BinaryOperator::Greater => (BinaryOp::Greater, true),
            BinaryOperator::GreaterEqual => (BinaryOp::GreaterEqual, true),
            _ => return Err(Some(message::no_contract(ty, expr.span))),
        };
        if needs_order {
            ordered(ty, expr.span)?;
        }
        Ok((op, self.bound(constant(expr)?, ty, expr.span)?))
    }

    /// The constant as a value of the column's type.
    fn bound(&self, value: Value, ty: &Type, span: Span) -> Result<Value, Refused> {
        match (ty, value) {
            (Type::Int(kind), Value::Int(number)) => {
                let (low, high) = kind.bounds();
                if (low..=high).contains(&i128::from(number)) {
                    Ok(Value::Int(number))
                } else {
                    Err(Some(message::out_of_range(&Value::Int(number), ty, low, high, span)))
                }
            }
            (Type::Float | Type::Float32, Value::Int(number)) => Ok(Value::Float(number as f64)),
            (Type::Decimal { .. }, value @ (Value::Float(_) | Value::Int(_))) => {
                match written(self.source(span), &value) {
                    Some(number) => Ok(Value::Decimal(number)),
                    None => Err(Some(message::wrong_bound(ty, &value, span))),
                }
            }
            (Type::Float | Type::Float32, value @ Value::Float(_))
            | (Type::Str | Type::Category, value @ Value::Str(_))
            | (Type::Bool, value @ Value::Bool(_))
            | (Type::Date, value @ Value::Date(_))
            | (Type::Timestamp, value @ Value::Timestamp(_))
            | (Type::Duration, value @ Value::Duration(_)) => Ok(value),
            (Type::Enum(values), Value::Str(text)) => {
                if values.contains(&text) {
                    return Ok(Value::Str(text));
                }
                let proposal = closest(&text, values.iter().map(|value| &**value));
                Err(Some(message::not_in_enum(&text, ty, span, proposal)))
            }
            (Type::Unknown, value) => Ok(value),
            (_, value) => Err(Some(message::wrong_bound(ty, &value, span))),
        }
    }
}

fn matches(pattern: &Text, span: Span, ty: &Type) -> Result<Text, Refused> {
    if !ty.is_text() && !ty.is_silent() {
        return Err(Some(message::matches_text_only(ty, span)));
    }
    check_regex(pattern, span).map_err(Some)?;
    Ok(pattern.clone())
}

/// Refuses a regular expression that cannot be read.
pub(crate) fn check_regex(pattern: &str, span: Span) -> Result<(), Diagnostic> {
    match regex::Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(limit)) => {
            Err(message::bad_regex(&format!("it needs more than {limit} bytes"), span))
        }
        Err(error) => {
            // The library draws the pattern over several lines; the reason is on the last one.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(message::bad_regex(reason, span))
        }
    }
}

fn ordered(ty: &Type, span: Span) -> Result<(), Refused> {
    let has_order = ty.is_numeric() || ty.is_temporal() || matches!(ty, Type::Duration | Type::Str | Type::Category);
    if has_order || ty.is_silent() { Ok(()) } else { Err(Some(message::no_order(ty, span))) }
}

/// What the contract of a parameter is about: the ends of a range, the items of a list, else the value itself.
pub(crate) fn contracted(value: Value) -> Vec<Value> {
    match value {
        Value::Range { start, end, inclusive } => {
            let mut ends = vec![*start];
            // An end that is left out may lie outside itself.
            ends.extend(inclusive.then_some(*end));
            ends
        }
        Value::List(items) => items,
        value => vec![value],
    }
}

/// Whether a value satisfies a rule; null always does.
pub(crate) fn satisfied(rule: &ContractRule, value: &Value) -> bool {
    if *value == Value::Null {
        return true;
    }
    let is_of_form = |pattern: &str| match value {
        Value::Str(text) => regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)),
        _ => true,
    };
    rule.holds(|bound| value.compared(bound), is_of_form)
}

fn unit(word: &str, span: Span, ty: &Type) -> Result<Parsed, Diagnostic> {
    let unit = match word {
        "s" => Parsed::Seconds,
        "ms" => Parsed::Milliseconds,
        "us" => Parsed::Microseconds,
        "ns" => Parsed::Nanoseconds,
        _ => {
            let proposal = match word {
                "seconds" | "second" | "sec" => Some("s"),
                "milliseconds" | "millis" => Some("ms"),
                "microseconds" | "micros" => Some("us"),
                "nanoseconds" | "nanos" => Some("ns"),
                _ => None,
            };
            return Err(message::unknown_unit(word, span, proposal));
        }
    };
    if *ty.non_null() == Type::Time { Err(message::unit_of_time(span)) } else { Ok(unit) }
}

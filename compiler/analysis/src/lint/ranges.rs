//! Comparisons whose answer follows from the type of a column or from what its schema promises.

use std::cmp::Ordering;

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::{BinaryOp, Column, Contract, ContractRule, Decimal, IntKind, Row, Type, Value};

use super::Lints;
use crate::typed::{Typed, TypedArg, TypedCall, TypedKind};

impl Lints<'_> {
    /// Looks at the expressions over the rows of an operator's table.
    pub(super) fn over_rows(&mut self, call: &TypedCall) {
        let table = call.args.iter().find_map(|(_, arg)| match arg {
            TypedArg::Value(Typed { ty: Type::Table(table), .. }) => Some(table),
            _ => None,
        });
        let Some(row) = table.map(|table| table.row.clone()) else { return };
        for (_, arg) in &call.args {
            match arg {
                TypedArg::Expr(value) => self.over_row(value, &row),
                TypedArg::Columns(columns) => columns.iter().for_each(|(_, value)| self.over_row(value, &row)),
                _ => {}
            }
        }
    }

    fn over_row(&mut self, value: &Typed, row: &Row) {
        crate::parts::each_of_row(value, &mut |part| self.bounded(part, |value| column(value, row)));
    }

    /// Looks at a comparison of what an operator gives: `shift.share_drifted > 30`
    pub(super) fn of_result(&mut self, part: &Typed) {
        self.bounded(part, field);
    }

    /// Looks at a comparison of what `find` knows the bounds of.
    fn bounded<'r>(&mut self, part: &'r Typed, find: impl Fn(&'r Typed) -> Option<&'r Column>) {
        let found = match &part.kind {
            TypedKind::Binary(operator, left, right) => compared(*operator, left, right, find),
            TypedKind::In(left, right) => find(left).and_then(|column| looked_up(column, right)),
            _ => None,
        };
        // The patterns of a `match` are comparisons too; what is said of those is said of the arm.
        let is_whole = match &part.kind {
            TypedKind::Binary(_, left, right) | TypedKind::In(left, right) => {
                part.span.start <= left.span.start && right.span.end <= part.span.end
            }
            _ => false,
        };
        if let Some((column, because, answer)) = found.filter(|_| is_whole) {
            let text = self.text(part.span).to_owned();
            self.diagnostics.push(message(&text, part.span, column, because, answer));
        }
    }
}

/// `.hits >= 0`, either way round.
fn compared<'r>(
    operator: BinaryOp,
    left: &'r Typed,
    right: &'r Typed,
    find: impl Fn(&'r Typed) -> Option<&'r Column>,
) -> Option<(&'r Column, Because<'r>, bool)> {
    let (column, operator, constant) = match (find(left), right.literal()) {
        (Some(column), Some(constant)) => (column, operator, constant),
        _ => (find(right)?, operator.flipped()?, left.literal()?),
    };
    let point = Point::of(constant)?;
    bounds(column).find_map(|bounds| Some((column, bounds.because, bounds.answer(operator, point)?)))
}

/// `.hits in 0..10`, `.device in ["a", "b"]`
fn looked_up<'r>(column: &'r Column, right: &Typed) -> Option<(&'r Column, Because<'r>, bool)> {
    if let Type::Enum(values) = column.ty.non_null() {
        let listed = texts(right)?;
        let all = values.iter().all(|value| listed.contains(&&**value));
        return all.then_some((column, Because::Enum, true));
    }
    let (start, end, inclusive) = match right.literal() {
        Some(Value::Range { start, end, inclusive }) => (Point::of(start)?, Point::of(end)?, *inclusive),
        _ => match &right.kind {
            TypedKind::Range { start, end, inclusive } => {
                (Point::of(start.literal()?)?, Point::of(end.literal()?)?, *inclusive)
            }
            _ => return None,
        },
    };
    let last = if inclusive { BinaryOp::LessEqual } else { BinaryOp::Less };
    bounds(column).find_map(|bounds| {
        let answer = match (bounds.answer(BinaryOp::GreaterEqual, start), bounds.answer(last, end)) {
            (Some(true), Some(true)) => true,
            (Some(false), _) | (_, Some(false)) => false,
            _ => return None,
        };
        Some((column, bounds.because, answer))
    })
}

/// The texts of a list that is written out.
fn texts(list: &Typed) -> Option<Vec<&str>> {
    match &list.kind {
        TypedKind::List(items) => items.iter().map(|item| item.literal()?.as_str()).collect(),
        TypedKind::Cast(of) => texts(of),
        TypedKind::Literal(Value::List(items)) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// The column of the row at hand that an expression is.
fn column<'r>(value: &Typed, row: &'r Row) -> Option<&'r Column> {
    match &value.kind {
        TypedKind::Column(name) => row.get(name),
        TypedKind::Cast(of) => column(of, row),
        _ => None,
    }
}

/// The part of an operator's result that an expression is.
fn field(value: &Typed) -> Option<&Column> {
    match &value.kind {
        TypedKind::Field(of, name) => match &of.ty {
            Type::Record(parts) => parts.get(name),
            _ => None,
        },
        TypedKind::Cast(of) => field(of),
        _ => None,
    }
}

/// A value that has an order, in the unit of its type.
#[derive(Clone, Copy, Debug)]
enum Point {
    Whole(i128),
    Real(f64),
    Exact(Decimal),
    Days(i32),
    Moment(i64),
    Time(i64),
    Length(i64),
}

impl Point {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Int(number) => Self::Whole((*number).into()),
            Value::Float(number) => Self::Real(*number),
            Value::Decimal(number) => Self::Exact(*number),
            Value::Date(days) => Self::Days(*days),
            Value::Timestamp(micros) => Self::Moment(*micros),
            Value::Time(micros) => Self::Time(*micros),
            Value::Duration(micros) => Self::Length(*micros),
            _ => return None,
        })
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Point {
    /// Values of different kinds have no order; numbers have one.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (*self, *other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            (Self::Real(a), Self::Real(b)) => a.partial_cmp(&b),
            (Self::Whole(a), Self::Real(b)) => (a as f64).partial_cmp(&b),
            (Self::Real(a), Self::Whole(b)) => a.partial_cmp(&(b as f64)),
            (Self::Exact(a), Self::Exact(b)) => Some(a.compare(b)),
            (Self::Exact(a), Self::Real(b)) => a.as_float().partial_cmp(&b),
            (Self::Real(a), Self::Exact(b)) => a.partial_cmp(&b.as_float()),
            (Self::Exact(a), Self::Whole(b)) => Decimal::new(b, 0).map(|b| a.compare(b)),
            (Self::Whole(a), Self::Exact(b)) => Decimal::new(a, 0).map(|a| a.compare(b)),
            (Self::Days(a), Self::Days(b)) => Some(a.cmp(&b)),
            (Self::Moment(a), Self::Moment(b))
            | (Self::Time(a), Self::Time(b))
            | (Self::Length(a), Self::Length(b)) => Some(a.cmp(&b)),
            _ => None,
        }
    }
}

/// An end of a stretch of values, and whether it belongs to it.
#[derive(Clone, Copy, Debug)]
struct End {
    point: Point,
    inclusive: bool,
}

/// Between which values all of a column lie, and by what.
struct Bounds<'r> {
    low: Option<End>,
    high: Option<End>,
    because: Because<'r>,
}

/// By what it is known which values a column has.
#[derive(Clone, Copy)]
enum Because<'r> {
    /// Its enum lists them all.
    Enum,
    /// They fit its type.
    Type(IntKind),
    /// Its schema says so.
    Contract(&'r Contract),
}

impl Because<'_> {
    fn words(self) -> String {
        match self {
            Self::Enum => "the enum has no other value".to_owned(),
            Self::Type(kind) => {
                let (low, high) = kind.bounds();
                format!("`{}` goes from {low} to {high}", kind.name())
            }
            Self::Contract(contract) => format!("it is declared `{}`", contract.text.trim()),
        }
    }
}

/// What is known of a column: by its type, and by each of its contracts.
fn bounds(column: &Column) -> impl Iterator<Item = Bounds<'_>> {
    let of_type = match column.ty.non_null() {
        Type::Int(kind) => {
            let (low, high) = kind.bounds();
            let end = |point| Some(End { point: Point::Whole(point), inclusive: true });
            Some(Bounds { low: end(low), high: end(high), because: Because::Type(*kind) })
        }
        _ => None,
    };
    of_type.into_iter().chain(column.contracts.iter().filter_map(|contract| {
        let end = |value, inclusive| Point::of(value).map(|point| End { point, inclusive });
        let (low, high) = match &contract.rule {
            ContractRule::InRange { start, end: last, inclusive } => (end(start, true), end(last, *inclusive)),
            ContractRule::Compare(BinaryOp::Greater, value) => (end(value, false), None),
            ContractRule::Compare(BinaryOp::GreaterEqual, value) => (end(value, true), None),
            ContractRule::Compare(BinaryOp::Less, value) => (None, end(value, false)),
            ContractRule::Compare(BinaryOp::LessEqual, value) => (None, end(value, true)),
            ContractRule::Compare(BinaryOp::Equal, value) => (end(value, true), end(value, true)),
            _ => return None,
        };
        Some(Bounds { low, high, because: Because::Contract(contract) })
    }))
}

impl Bounds<'_> {
    /// Whether `x operator point` holds for all values within (true), for none (false), or for some.
    fn answer(&self, operator: BinaryOp, point: Point) -> Option<bool> {
        use BinaryOp as Op;
        match operator {
            Op::Less if self.is_below(point, true) => Some(true),
            Op::Less if self.is_above(point, false) => Some(false),
            Op::LessEqual if self.is_below(point, false) => Some(true),
            Op::LessEqual if self.is_above(point, true) => Some(false),
            Op::Greater => self.answer(Op::LessEqual, point).map(|answer| !answer),
            Op::GreaterEqual => self.answer(Op::Less, point).map(|answer| !answer),
            Op::Equal if self.is_below(point, true) || self.is_above(point, true) => Some(false),
            Op::Equal if self.is_below(point, false) && self.is_above(point, false) => Some(true),
            Op::NotEqual => self.answer(Op::Equal, point).map(|answer| !answer),
            _ => None,
        }
    }

    /// Whether all values lie below a point, or `strictly` below it.
    fn is_below(&self, point: Point, strictly: bool) -> bool {
        self.high.is_some_and(|high| high.point < point || high.point == point && !(strictly && high.inclusive))
    }

    fn is_above(&self, point: Point, strictly: bool) -> bool {
        self.low.is_some_and(|low| low.point > point || low.point == point && !(strictly && low.inclusive))
    }
}

fn message(text: &str, span: Span, column: &Column, because: Because<'_>, answer: bool) -> Diagnostic {
    let name = &column.name;
    let is_nullable = column.ty.is_nullable();
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    let (message, help) = match (answer, is_nullable) {
        (true, false) => (format!("`{text}` is always true"), "leave the comparison out".to_owned()),
        (false, false) => (
            format!("`{text}` is never true"),
            "compare with a value that the column can have, or leave the comparison out".to_owned(),
        ),
        (true, true) => (
            format!("`{text}` is true wherever `{name}` is not null"),
            format!("say what is meant: `.{name} is not null`"),
        ),
        (false, true) => {
            (format!("`{text}` is never true"), "compare with a value that the column can have".to_owned())
        }
    };
    let diagnostic = Diagnostic::new(codes::CONSTANT_COMPARISON, span, message).with_label(because.words()).help(help);
    match (answer, is_nullable) {
        (true, true) => diagnostic.fix(Fix::guess(span, format!(".{name} is not null"))),
        (answer, false) => diagnostic.fix(Fix::guess(span, answer.to_string())),
        (false, true) => diagnostic,
    }
}

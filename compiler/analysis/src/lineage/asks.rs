//! What calls that leave rows out ask of a row: conditions, numbers of rows, stretches of time. How two of them lie to each
//! other, `region` tells.

use gml_ir::{BinaryOp, Type, UnaryOp, Value};
use gml_syntax::ast::SignatureKind;

use super::call::{Called, moved};
use super::column::ColumnId;
use super::fact::{ColumnsOf, Fact, TableFacts};
use super::flow::Flow;
use super::number::number_of;
use super::region::{Edge, Line, MOST_PIECES, Mark, Piece, Region, Values};
use super::rows::{Part, Rows};
use super::value::Within;
use crate::check::signature::{ParamKind, Shape, Signature};
use crate::hash::Set;
use crate::typed::{LibraryName, Typed, TypedArg, TypedKind};

/// Columns that those which decide are made of, at most: beyond it is not looked.
const MOST_BEHIND: usize = 64;

impl<'p> Flow<'p> {
    /// What a call asks of the rows that it leaves; of a split, what each of its parts asks.
    pub(super) fn asks(&self, called: &Called<'p>, by_row_alone: bool) -> Vec<(Option<Part>, Region)> {
        let Some(first) = called.tables.first() else { return Vec::new() };
        if let Shape::Record(_) = &called.signature.result {
            return self.stretches_of_time(called, &first.table);
        }
        let region = match by_row_alone {
            true => self.conditions(called, &first.table),
            false => self.amount(called, &first.table),
        };
        vec![(None, region)]
    }

    fn conditions(&self, called: &Called<'p>, table: &TableFacts) -> Region {
        let conditions = called.call.args.iter().filter_map(|(_, arg)| match arg {
            TypedArg::Expr(value) if *value.ty.non_null() == Type::Bool => Some(value),
            _ => None,
        });
        let regions = conditions.map(|value| self.holds(value, true, &table.columns));
        regions.reduce(|all, region| all.and(&region)).unwrap_or(Region::UNKNOWN)
    }

    /// The first so many of the same rows: of fewer, all are among more.
    fn amount(&self, called: &Called<'p>, table: &TableFacts) -> Region {
        if called.tables.len() > 1 || called.signature.param("seed").is_some() {
            return Region::UNKNOWN;
        }
        let amounts: Vec<(&str, &Typed)> = called
            .call
            .args
            .iter()
            .filter_map(|(name, arg)| match arg {
                TypedArg::Value(value) if is_amount(&value.ty) => {
                    let place = called.signature.param(name)?;
                    matches!(called.signature.params[place].kind, ParamKind::Value { .. }).then_some((*name, value))
                }
                _ => None,
            })
            .collect();
        let [(name, amount)] = amounts[..] else { return Region::UNKNOWN };
        if self.constant(amount) == Some(&Value::Null) {
            return Region::ALL;
        }
        let Some(mark) = self.mark(amount, &amount.ty) else { return Region::UNKNOWN };
        let is_length = *amount.ty.non_null() == Type::Duration;
        let number = match self.age(called, &table.rows).filter(|_| is_length) {
            Some(age) => age,
            None => {
                let call = self.call_number_with(called.call, Some(&table.columns), Some((name, 0)));
                number_of((call, &table.rows, self.order_met_by(called)))
            }
        };
        Region::of(number, Values::of(vec![Piece { from: Edge::First, to: Edge::before(mark, Line::Whole) }]))
    }

    /// How far a row lies before the last one, by its number, where a call goes by a time.
    fn age(&self, called: &Called<'p>, rows: &Rows) -> Option<u64> {
        Some(number_of(("age", self.time_of(called)?, rows)))
    }

    /// The number of the time that a call goes by.
    fn time_of(&self, called: &Called<'p>) -> Option<u64> {
        let first = called.tables.first()?;
        match called.argument(time_param(&called.signature)?)? {
            TypedArg::Expr(by) => Some(self.number(by, Some(&first.table.columns))),
            _ => None,
        }
    }

    /// The column whose points in time a call goes by.
    fn moment_of(&self, called: &Called<'p>, table: &TableFacts) -> Option<ColumnId> {
        match called.argument(time_param(&called.signature)?)? {
            TypedArg::Expr(by) => self.moment(by, &table.columns),
            _ => None,
        }
    }

    /// The parts of a split by time, where it is written out when they begin and end.
    fn stretches_of_time(&self, called: &Called<'p>, table: &TableFacts) -> Vec<(Option<Part>, Region)> {
        let (Some(time), Some(age)) = (self.time_of(called), self.age(called, &table.rows)) else {
            return Vec::new();
        };
        let moment = self.moment_of(called, table);
        let given = |part: Part| match called.argument(part.name())? {
            TypedArg::Value(value) if self.constant(value) != Some(&Value::Null) => Some(value),
            _ => None,
        };
        if given(Part::Train).is_some() {
            let stretch = |part| {
                let piece = self.range(given(part)?.uncast())?;
                Some((Some(part), Region::of(time, Values::of(vec![piece])).at(moment)))
            };
            return [Part::Train, Part::Valid, Part::Test].into_iter().filter_map(stretch).collect();
        }
        // Counted back from the end: the test part, the valid part, the rest.
        let mut parts = Vec::new();
        let mut from = Edge::First;
        for part in [Part::Test, Part::Valid] {
            let Some(period) = given(part) else { continue };
            let Some(to) = self.period(period).and_then(|length| from.further(length)) else { return parts };
            let piece = Piece { from: std::mem::replace(&mut from, to.clone()), to };
            parts.push((Some(part), Region::of(age, Values::of(vec![piece])).at(moment)));
        }
        parts.push((Some(Part::Train), Region::of(age, Values::of(vec![Piece { from, to: Edge::Last }])).at(moment)));
        parts
    }

    /// How long `last(7d)` is.
    fn period(&self, value: &Typed) -> Option<i64> {
        let length = match &value.uncast().kind {
            TypedKind::Call(call) => call.args.iter().find_map(|(_, arg)| match arg {
                TypedArg::Value(length) => self.constant(length),
                _ => None,
            }),
            _ => match self.constant(value)? {
                Value::Symbol { args, .. } => args.first().map(|(_, length)| length),
                _ => None,
            },
        };
        match length? {
            Value::Duration(length) => Some(*length),
            _ => None,
        }
    }

    /// The rows for which a condition is true, or false.
    pub(super) fn holds(&self, value: &Typed, truth: bool, row: &ColumnsOf) -> Region {
        match &value.kind {
            TypedKind::Cast(of) => self.holds(of, truth, row),
            TypedKind::Unary(UnaryOp::Not, of) => self.holds(of, !truth, row),
            TypedKind::Binary(operator @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                let (left, right) = (self.holds(left, truth, row), self.holds(right, truth, row));
                if (*operator == BinaryOp::And) == truth { left.and(&right) } else { left.or(right) }
            }
            TypedKind::Binary(BinaryOp::Coalesce, of, otherwise) => match otherwise.literal() {
                Some(Value::Bool(known)) if *known == truth => self.holds(of, truth, row).or_null(),
                Some(Value::Bool(_)) => self.holds(of, truth, row),
                _ => Region::UNKNOWN,
            },
            _ => match self.looks_at(value) {
                Some((of, values)) => self.region_of(of, values, truth, row),
                None => Region::UNKNOWN,
            },
        }
    }

    fn region_of(&self, of: &Typed, values: Values, truth: bool, row: &ColumnsOf) -> Region {
        let universe = Line::universe(&of.ty);
        let values = match (truth, values.null) {
            (true, _) => values.within(universe),
            // What is not null.
            (false, true) => Some(Values::of(universe)),
            (false, false) => values.others(universe),
        };
        match values {
            Some(values) => {
                let moment = self.moment(of, row).or_else(|| self.moment_beside(of, row));
                Region::of(self.number(of, Some(row)), values).at(moment)
            }
            None => Region::UNKNOWN,
        }
    }

    /// The column that a point in time is one of which a condition holds against one that was looked up for the row: the day from which on
    /// something counts for a customer.
    fn moment_beside(&self, condition: &Typed, row: &ColumnsOf) -> Option<ColumnId> {
        use BinaryOp::{Greater, GreaterEqual, Less, LessEqual};
        let TypedKind::Binary(Less | LessEqual | Greater | GreaterEqual, left, right) = &condition.kind else {
            return None;
        };
        let looked_up = |side: &Typed| {
            let mut inputs = Vec::new();
            self.inputs(side, &Within { row, many: None }, &mut inputs);
            inputs.iter().any(|input| input.column.is_some_and(|column| self.columns.is_looked_up(column)))
        };
        match (looked_up(left), looked_up(right)) {
            (false, true) => self.moment(left, row),
            (true, false) => self.moment(right, row),
            _ => None,
        }
    }

    /// The column that a point in time is one of: itself, or what it is computed from.
    fn moment(&self, of: &Typed, row: &ColumnsOf) -> Option<ColumnId> {
        if !matches!(of.ty.non_null(), Type::Date | Type::Timestamp) {
            return None;
        }
        let mut inputs = Vec::new();
        self.inputs(of, &Within { row, many: None }, &mut inputs);
        let mut columns = inputs.iter().filter_map(|input| input.column);
        let (first, None) = (columns.next()?, columns.next()) else { return None };
        Some(self.columns.root(first))
    }

    /// What a condition looks at, and the values for which it is true.
    fn looks_at<'v>(&self, value: &'v Typed) -> Option<(&'v Typed, Values)> {
        let found = match &value.kind {
            TypedKind::Literal(_) => return None,
            TypedKind::IsNull(of) => Some((of.uncast(), Values { null: true, pieces: Vec::new() })),
            TypedKind::In(of, among) => {
                let of = of.uncast();
                self.among(of, among).map(|values| (of, values))
            }
            TypedKind::Binary(operator, left, right) => {
                let sides = |of: &'v Typed, with: &Typed, operator| {
                    let of = of.uncast();
                    let line = Line::of(&of.ty)?;
                    let pieces = compared(operator, self.mark(with, &of.ty)?, line)?;
                    (!self.is_settled(of)).then_some((of, Values::of(pieces)))
                };
                sides(left, right, *operator).or_else(|| sides(right, left, operator.flipped()?))
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        // Any other condition is itself true or not.
        let is_true = Values::of(vec![Piece::point(Mark::Whole(1), Line::Whole)]);
        (*value.ty.non_null() == Type::Bool).then_some((value, is_true))
    }

    /// The values of a list or a range.
    fn among(&self, of: &Typed, among: &Typed) -> Option<Values> {
        let line = Line::of(&of.ty)?;
        let among = among.uncast();
        if let Some(piece) = self.range_on(among, &of.ty) {
            return Some(Values::of(vec![piece]));
        }
        let marks: Vec<Option<Mark>> = match (&among.kind, self.constant(among)) {
            (_, Some(Value::List(items))) if items.len() <= MOST_PIECES => {
                items.iter().map(|item| line.mark(item)).collect()
            }
            (TypedKind::List(items), _) if items.len() <= MOST_PIECES => {
                items.iter().map(|item| self.mark(item, &of.ty)).collect()
            }
            _ => return None,
        };
        let points = marks.into_iter().map(|mark| Some(Piece::point(mark?, line)));
        Some(Values::of(points.collect::<Option<_>>()?))
    }

    fn range(&self, value: &Typed) -> Option<Piece> {
        match value.ty.non_null() {
            Type::Range(of) => self.range_on(value, of),
            _ => None,
        }
    }

    /// The values of a range of a type.
    fn range_on(&self, value: &Typed, ty: &Type) -> Option<Piece> {
        let line = Line::of(ty)?;
        let (from, to, inclusive) = match (&value.kind, self.constant(value)) {
            (_, Some(Value::Range { start, end, inclusive })) => (line.mark(start)?, line.mark(end)?, *inclusive),
            (TypedKind::Range { start, end, inclusive }, _) => (self.mark(start, ty)?, self.mark(end, ty)?, *inclusive),
            _ => return None,
        };
        let to = if inclusive { Edge::behind(to, line) } else { Edge::before(to, line) };
        Some(Piece { from: Edge::before(from, line), to })
    }

    /// What values of a type are held against, where it is the same for all rows.
    fn mark(&self, value: &Typed, ty: &Type) -> Option<Mark> {
        let line = Line::of(ty)?;
        if let Some(constant) = self.constant(value) {
            return line.mark(constant);
        }
        let value = value.uncast();
        if let Some((point, by)) = moved(value) {
            return self.mark(point, ty)?.moved(by, ty);
        }
        self.is_settled(value).then(|| Mark::Given { number: self.number(value, None), behind: 0 })
    }

    /// The constant of an expression, where that is written out or bound to a name.
    pub(super) fn constant<'v>(&'v self, value: &'v Typed) -> Option<&'v Value> {
        match &value.kind {
            TypedKind::Local(local) => match self.locals.get(local.0 as usize) {
                Some(Fact::Value(number, _)) => self.written.get(number),
                _ => None,
            },
            TypedKind::Cast(of) => self.constant(of),
            _ => value.literal(),
        }
    }

    /// Whether it has one value in a run, the same for all rows.
    fn is_settled(&self, value: &Typed) -> bool {
        match &value.kind {
            TypedKind::Literal(_) | TypedKind::Param(_) => true,
            TypedKind::Local(local) => matches!(self.locals.get(local.0 as usize), Some(Fact::Value(..))),
            TypedKind::Cast(of) | TypedKind::Unary(_, of) => self.is_settled(of),
            TypedKind::Binary(_, left, right) => self.is_settled(left) && self.is_settled(right),
            TypedKind::Call(call) if call.kind == SignatureKind::Function => {
                call.args.iter().all(|(_, arg)| matches!(arg, TypedArg::Value(value) if self.is_settled(value)))
            }
            _ => false,
        }
    }

    /// Whether a condition holds a point in time of a row against one that is the same for all of them: `until - .last_day > 30d`.
    pub(super) fn parts_time(&self, value: &Typed) -> bool {
        match &value.kind {
            TypedKind::Cast(of) | TypedKind::Unary(UnaryOp::Not, of) | TypedKind::Binary(BinaryOp::Coalesce, of, _) => {
                self.parts_time(of)
            }
            TypedKind::Binary(BinaryOp::And | BinaryOp::Or, left, right) => {
                self.parts_time(left) || self.parts_time(right)
            }
            TypedKind::Binary(operator, left, right) if operator.is_comparison() => {
                let held = |of: &Typed, with: &Typed| self.is_of_one_moment(of) && self.is_fixed(with);
                held(left, right) || held(right, left)
            }
            _ => false,
        }
    }

    /// Whether it is a point in time of a row, or how far that lies from one that is the same for all rows.
    fn is_of_one_moment(&self, value: &Typed) -> bool {
        let is_moment = matches!(value.ty.non_null(), Type::Date | Type::Timestamp);
        match &value.kind {
            TypedKind::Column(_) => is_moment,
            TypedKind::Cast(of) | TypedKind::Unary(UnaryOp::Negate, of) => self.is_of_one_moment(of),
            TypedKind::Binary(BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Divide, left, right) => {
                self.is_of_one_moment(left) && self.is_fixed(right)
                    || self.is_fixed(left) && self.is_of_one_moment(right)
            }
            TypedKind::Call(call) if call.kind == SignatureKind::Aggregate => is_moment,
            // How long it is, not which hour or weekday.
            TypedKind::Call(call) if call.kind == SignatureKind::Function => {
                let args = call.args.iter().filter_map(|(_, arg)| match arg {
                    TypedArg::Value(value) => Some(value),
                    _ => None,
                });
                let (moments, others): (Vec<&Typed>, Vec<&Typed>) = args.partition(|arg| self.is_of_one_moment(arg));
                let is_length = call.name.starts_with("days_") || call.name.starts_with("in_");
                is_length && moments.len() == 1 && others.iter().all(|arg| self.is_fixed(arg))
            }
            _ => false,
        }
    }

    /// Whether it is the same for all rows: a value of the run, or one that is read of a single row.
    fn is_fixed(&self, value: &Typed) -> bool {
        match &value.kind {
            TypedKind::Field(of, _) => matches!(of.kind, TypedKind::Local(_)),
            TypedKind::Cast(of) | TypedKind::Binary(BinaryOp::Coalesce, of, _) => self.is_fixed(of),
            _ => self.is_settled(value),
        }
    }

    /// Columns and all that they are made of; `None` where that is too much to look at.
    pub(crate) fn about(&self, columns: &[ColumnId]) -> Option<Vec<ColumnId>> {
        let mut known: Set<ColumnId> = columns.iter().copied().collect();
        let mut waiting = columns.to_vec();
        while let Some(column) = waiting.pop() {
            let inputs = self.columns.get(column).inputs.iter().filter_map(|input| input.column);
            waiting.extend(inputs.filter(|of| known.insert(*of)));
            if known.len() > MOST_BEHIND {
                return None;
            }
        }
        Some(known.into_iter().collect())
    }
}

/// The parameter that says by which time rows are chosen: `by: row[R] -> T`, where `T` is a class of moments.
fn time_param(signature: &Signature) -> Option<LibraryName> {
    let is_moment = |ty: &Shape| match ty {
        Shape::Variable(variable) => matches!(
            signature.variables.get(*variable),
            Some((_, Some(class))) if matches!(&**class, "temporal" | "dated")
        ),
        _ => false,
    };
    let param = signature.params.iter().find(|param| matches!(&param.kind, ParamKind::Row { ty, .. } if is_moment(ty)));
    param.map(|param| param.name)
}

/// Whether a call chooses rows by a time, or by stretches of it.
pub(super) fn goes_by_time(signature: &Signature) -> bool {
    let is_stretch = |kind: &ParamKind| match kind {
        ParamKind::Value { ty: Shape::Is(ty), .. } => matches!(ty.non_null(), Type::Named(name) if &**name == "period"),
        _ => false,
    };
    time_param(signature).is_some() || signature.params.iter().any(|param| is_stretch(&param.kind))
}

/// Whether values of the type say how much: of rows, of time.
fn is_amount(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Int(_) | Type::Duration)
}

/// The values that hold against a mark.
fn compared(operator: BinaryOp, mark: Mark, line: Line) -> Option<Vec<Piece>> {
    let (before, behind) = (Edge::before(mark.clone(), line), Edge::behind(mark, line));
    Some(match operator {
        BinaryOp::Equal => vec![Piece { from: before, to: behind }],
        BinaryOp::NotEqual => {
            vec![Piece { from: Edge::First, to: before }, Piece { from: behind, to: Edge::Last }]
        }
        BinaryOp::Less => vec![Piece { from: Edge::First, to: before }],
        BinaryOp::LessEqual => vec![Piece { from: Edge::First, to: behind }],
        BinaryOp::Greater => vec![Piece { from: behind, to: Edge::Last }],
        BinaryOp::GreaterEqual => vec![Piece { from: before, to: Edge::Last }],
        _ => return None,
    })
}

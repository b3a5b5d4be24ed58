//! What a row must be like to be left: the values of what conditions look at, as pieces of a line. Two conditions on the same
//! thing can be held against each other, so that one says of their rows that some are in both, or that none is.

use std::cmp::Ordering;

use gml_ir::{DAY, Type, Value};

use super::column::ColumnId;
use crate::typed::Text;

/// Pieces that are held against each other, at most: of longer lists nothing is known.
pub(super) const MOST_PIECES: usize = 64;

/// The line that values of a type lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Whole numbers, days, moments, lengths of time, truths: nothing lies between one and the next.
    Whole,
    /// Numbers with a fraction.
    Real,
    /// Texts.
    Text,
}

impl Line {
    /// The line of the values of a type that have an order; `None` of others.
    pub fn of(ty: &Type) -> Option<Self> {
        match ty.non_null() {
            Type::Bool | Type::Int(_) | Type::Date | Type::Time | Type::Timestamp | Type::Duration => Some(Self::Whole),
            Type::Float | Type::Float32 | Type::Decimal { .. } => Some(Self::Real),
            Type::Str | Type::Category | Type::Enum(_) => Some(Self::Text),
            _ => None,
        }
    }

    /// All that a value of the type can be.
    pub fn universe(ty: &Type) -> Vec<Piece> {
        match ty.non_null() {
            Type::Bool => {
                vec![Piece { from: Edge::Before(Mark::Whole(0)), to: Edge::Before(Mark::Whole(2)) }]
            }
            Type::Enum(names) if names.len() <= MOST_PIECES => {
                names.iter().map(|name| Piece::point(Mark::Text(name.clone()), Self::Text)).collect()
            }
            _ => vec![Piece { from: Edge::First, to: Edge::Last }],
        }
    }

    /// A constant on the line.
    pub fn mark(self, constant: &Value) -> Option<Mark> {
        let whole = match constant {
            Value::Bool(truth) => Some(i64::from(*truth)),
            Value::Int(number) | Value::Time(number) | Value::Timestamp(number) | Value::Duration(number) => {
                Some(*number)
            }
            Value::Date(days) => Some(i64::from(*days)),
            _ => None,
        };
        match (self, constant, whole) {
            (Self::Whole, _, Some(number)) => Some(Mark::Whole(number)),
            (Self::Whole | Self::Real, ..) => constant.as_float().filter(|number| !number.is_nan()).map(Mark::Real),
            (Self::Text, Value::Str(text), _) => Some(Mark::Text(text.clone())),
            _ => None,
        }
    }
}

/// A value that others are held against.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    Whole(i64),
    Real(f64),
    Text(Text),
    /// One that only the run knows, by the number of its expression, and how far behind it.
    Given {
        number: u64,
        behind: i64,
    },
}

impl Mark {
    /// The mark so far behind, in microseconds; `None` where that is none of the line.
    pub fn moved(self, by: i64, ty: &Type) -> Option<Self> {
        let by = match ty.non_null() {
            Type::Date if by % DAY == 0 => by / DAY,
            Type::Timestamp | Type::Duration => by,
            _ => return None,
        };
        match self {
            Self::Whole(number) => Some(Self::Whole(number.checked_add(by)?)),
            Self::Given { number, behind } => Some(Self::Given { number, behind: behind.checked_add(by)? }),
            Self::Real(_) | Self::Text(_) => None,
        }
    }

    /// The order of two marks; `None` where only the run knows.
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(b)),
            (Self::Real(a), Self::Real(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Given { number: a, behind }, Self::Given { number: b, behind: other }) if a == b => {
                Some(behind.cmp(other))
            }
            _ => None,
        }
    }
}

/// A place on a line, between two values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Edge {
    /// Before all of them.
    First,
    Before(Mark),
    Behind(Mark),
    /// Behind all of them.
    Last,
}

impl Edge {
    /// The place right before a value.
    pub fn before(mark: Mark, line: Line) -> Self {
        match (line, mark) {
            (Line::Whole, Mark::Real(number)) => Self::Before(Mark::Whole(number.ceil() as i64)),
            (_, mark) => Self::Before(mark),
        }
    }

    /// The place right behind a value. Where nothing lies between that and the next one, it is the place before the next one.
    pub fn behind(mark: Mark, line: Line) -> Self {
        match (line, mark) {
            (Line::Whole, Mark::Whole(number)) => Self::Before(Mark::Whole(number.saturating_add(1))),
            (Line::Whole, Mark::Real(number)) => Self::Before(Mark::Whole((number.floor() as i64).saturating_add(1))),
            (Line::Whole, Mark::Given { number, behind }) => {
                Self::Before(Mark::Given { number, behind: behind.saturating_add(1) })
            }
            (_, mark) => Self::Behind(mark),
        }
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::First, Self::First) | (Self::Last, Self::Last) => Some(Ordering::Equal),
            (Self::First, _) | (_, Self::Last) => Some(Ordering::Less),
            (_, Self::First) | (Self::Last, _) => Some(Ordering::Greater),
            (Self::Before(a) | Self::Behind(a), Self::Before(b) | Self::Behind(b)) => {
                let is_behind = |edge: &Self| matches!(edge, Self::Behind(_));
                Some(a.order(b)?.then(is_behind(self).cmp(&is_behind(other))))
            }
        }
    }

    fn lies_before(&self, other: &Self) -> Option<bool> {
        self.order(other).map(Ordering::is_lt)
    }

    /// The place so much further from the beginning, where that begins with nothing.
    pub fn further(&self, by: i64) -> Option<Self> {
        match self {
            Self::First => Some(Self::Before(Mark::Whole(by))),
            Self::Before(Mark::Whole(number)) => Some(Self::Before(Mark::Whole(number.checked_add(by)?))),
            _ => None,
        }
    }
}

/// The values between two places. It is taken to have some, where the order of the places is not known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub from: Edge,
    pub to: Edge,
}

impl Piece {
    /// One value.
    pub fn point(mark: Mark, line: Line) -> Self {
        Self { from: Edge::before(mark.clone(), line), to: Edge::behind(mark, line) }
    }
}

/// The values that something may have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Values {
    /// Whether null is one of them.
    pub null: bool,
    pub pieces: Vec<Piece>,
}

impl Values {
    /// Those of some pieces.
    pub fn of(pieces: Vec<Piece>) -> Self {
        Self { null: false, pieces }
    }

    /// Those that are in both; `None` where only the run knows.
    fn both(&self, other: &Self) -> Option<Self> {
        if self.pieces.len() * other.pieces.len() > MOST_PIECES * MOST_PIECES {
            return None;
        }
        let mut pieces = Vec::new();
        for (a, b) in self.pieces.iter().flat_map(|a| other.pieces.iter().map(move |b| (a, b))) {
            let from = if a.from.lies_before(&b.from)? { &b.from } else { &a.from };
            let to = if a.to.lies_before(&b.to)? { &a.to } else { &b.to };
            if from.lies_before(to) != Some(false) {
                pieces.push(Piece { from: from.clone(), to: to.clone() });
            }
        }
        Some(Self { null: self.null && other.null, pieces })
    }

    /// Those that are in either.
    fn either(mut self, other: Self) -> Self {
        self.null |= other.null;
        self.pieces.extend(other.pieces);
        self
    }

    /// Those of a universe that are these.
    pub fn within(&self, universe: Vec<Piece>) -> Option<Self> {
        Some(Self { null: self.null, ..self.both(&Self::of(universe))? })
    }

    /// Those of a universe that are none of these; null is not among them.
    pub fn others(&self, universe: Vec<Piece>) -> Option<Self> {
        let mut left = Self::of(universe);
        for piece in &self.pieces {
            let around = vec![
                Piece { from: Edge::First, to: piece.from.clone() },
                Piece { from: piece.to.clone(), to: Edge::Last },
            ];
            left = left.both(&Self::of(around))?;
        }
        (left.pieces.len() <= MOST_PIECES).then_some(left)
    }

    /// Whether some values are in both; `None` where only the run knows.
    fn meet(&self, other: &Self) -> Option<bool> {
        if self.null && other.null {
            return Some(true);
        }
        let mut is_known = true;
        for (a, b) in self.pieces.iter().flat_map(|a| other.pieces.iter().map(move |b| (a, b))) {
            match (a.from.lies_before(&b.to), b.from.lies_before(&a.to)) {
                (Some(true), Some(true)) => return Some(true),
                (Some(false), _) | (_, Some(false)) => {}
                _ => is_known = false,
            }
        }
        is_known.then_some(false)
    }
}

/// Something that a condition looks at.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    /// The number of its expression.
    number: u64,
    /// The column that it is a point in time of, where it is one.
    moment: Option<ColumnId>,
    /// The values that it may have.
    values: Values,
}

/// The rows that something leaves, by what it looks at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Region {
    /// What is looked at, each once.
    asked: Vec<Asked>,
    /// Whether nothing else is asked for.
    whole: bool,
}

impl Region {
    /// Of which nothing is known.
    pub const UNKNOWN: Self = Self { asked: Vec::new(), whole: false };
    /// All rows.
    pub const ALL: Self = Self { asked: Vec::new(), whole: true };

    /// Where something has one of these values.
    pub(super) fn of(number: u64, values: Values) -> Self {
        Self { asked: vec![Asked { number, moment: None, values }], whole: true }
    }

    /// The same of a point in time of that column.
    pub(super) fn at(mut self, moment: Option<ColumnId>) -> Self {
        self.asked.iter_mut().for_each(|asked| asked.moment = moment);
        self
    }

    /// The rows that are in both.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.whole &= other.whole;
        for asked in &other.asked {
            match self.asked.iter_mut().find(|known| known.number == asked.number) {
                Some(known) => match known.values.both(&asked.values) {
                    Some(both) => known.values = both,
                    None => self.whole = false,
                },
                None => self.asked.push(asked.clone()),
            }
        }
        self
    }

    /// The rows that are in either.
    pub(super) fn or(self, other: Self) -> Self {
        match (self.alone(), other.alone()) {
            (Some(a), Some(b)) if a.number == b.number => {
                Self::of_one(Asked { values: a.values.either(b.values), ..a })
            }
            _ => Self::UNKNOWN,
        }
    }

    /// With the rows where what is looked at is null.
    pub(super) fn or_null(self) -> Self {
        match self.alone() {
            Some(asked) => Self::of_one(Asked { values: Values { null: true, ..asked.values }, ..asked }),
            None => Self::UNKNOWN,
        }
    }

    fn of_one(asked: Asked) -> Self {
        Self { asked: vec![asked], whole: true }
    }

    /// The one thing that is looked at.
    fn alone(self) -> Option<Asked> {
        let mut asked = self.asked;
        if self.whole && asked.len() == 1 { asked.pop() } else { None }
    }

    /// Whether no row is in both.
    pub(super) fn is_apart_from(&self, other: &Self) -> bool {
        self.asked.iter().any(|asked| other.meets(asked) == Some(false))
    }

    /// Whether some rows are surely in both: all that is asked for in one has values that the other one leaves, too.
    pub(super) fn shares_with(&self, other: &Self) -> bool {
        !self.is_apart_from(other) && (self.is_met_by(other) || other.is_met_by(self))
    }

    fn is_met_by(&self, other: &Self) -> bool {
        self.whole && self.asked.iter().all(|asked| other.meets(asked) == Some(true))
    }

    /// Whether some of these values are left here; `None` where only the run knows, and where it is not looked at.
    fn meets(&self, asked: &Asked) -> Option<bool> {
        self.asked.iter().find(|known| known.number == asked.number)?.values.meet(&asked.values)
    }

    /// The columns of which points in time are looked at.
    pub(crate) fn moments(&self) -> impl Iterator<Item = ColumnId> {
        self.asked.iter().filter_map(|asked| asked.moment)
    }

    /// Whether some points in time that are left are also left by another one: `None` where only the run knows, and where
    /// they do not look at the same.
    pub(crate) fn shares_time_with(&self, other: &Self) -> Option<bool> {
        let both = self.asked.iter().filter(|asked| asked.moment.is_some()).map(|asked| other.meets(asked));
        both.reduce(|all, one| match (all, one) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        })?
    }
}

#[cfg(test)]
mod tests;

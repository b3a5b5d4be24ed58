//! Columns and what they are made of: a graph that only grows, each column an entry.

use std::sync::Arc;

use gml_diagnostics::Span;

use super::region::Region;
use super::rows::{OriginId, Rows};
use crate::typed::{DatasetId, Text};

/// A column of some table at some step, by its place in the graph. Steps that leave a column as it is keep its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub(super) u32);

/// A column and what it is made of.
#[derive(Clone, Debug)]
pub struct ColumnNode {
    /// Its name there.
    pub name: Text,
    /// What made it.
    pub maker: Maker,
    /// The expression that made it; of a column that was read, where that was.
    pub span: Span,
    /// What it is made of.
    pub inputs: Vec<Input>,
    /// Whether it has had the role `target` on its way.
    pub(crate) was_target: bool,
    /// Where it is a point in time that lies before or behind another one of its row: that one, and whether it lies behind.
    pub(crate) shift: Option<(Point, bool)>,
    /// The number of what it is in its row: equal expressions over equal columns and rows have equal numbers.
    pub(crate) number: Option<u64>,
    /// The number of the one thing that it is computed from, where all else is constant.
    pub(crate) core: Option<u64>,
    /// What it asks of each of the rows that it is computed from.
    pub(crate) conditions: Conditions,
    /// Whether it says on which side of a point in time that is the same for all rows one of its row lies.
    pub(crate) parts_time: bool,
}

/// Conditions that aggregates hold against many rows, by number: equal ones over equal rows with equal keys have equal numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    /// All of them.
    pub all: Vec<u64>,
    /// The one that says everything, where nothing but it and constants is looked at: `any(.name == "purchase")`.
    pub alone: Option<u64>,
}

/// A point in time of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// A column.
    Column(ColumnId),
    /// What an expression of that number gives.
    Made(u64),
}

/// What makes a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    /// It is a column of a dataset, as it is stored.
    Dataset(DatasetId),
    /// It was given: a column of a table that is written out, or of an argument of a node that nothing calls.
    Given,
    /// A step of that name; the span is that of its call.
    Step(Text, Span),
}

/// What a column is made of.
#[derive(Clone, Debug)]
pub struct Input {
    /// The column; `None` where the mere number or order of rows counts (`count()`).
    pub column: Option<ColumnId>,
    /// How.
    pub how: How,
}

/// How a column is made of another.
#[derive(Clone, Debug)]
pub enum How {
    /// It is the same value, under this or another name.
    Same,
    /// It is the same value in these rows, which other rows with values of their own are put below.
    Branch(Rows),
    /// It is computed from the value in the same row.
    Row,
    /// The value in the same row says which rows it is computed from or looked up in: a key.
    Key,
    /// It is the value of a row of another table that was joined.
    Joined(Rows),
    /// The same of rows that lie before the one at hand, as its key says (`day = .day + 1d`).
    Before(Rows),
    /// It is computed from the values of many rows.
    Over(Over),
    /// A condition on it chose the rows that the value is computed from or looked up in.
    Chosen(Over),
    /// A transform that learned from these rows computes it.
    Learned(Rows),
    /// It decided, with these rows, that the column is one of those that are left.
    Selected(Rows),
    /// It is the target that a model learned from these rows, of which the column is the prediction.
    Predicted(Rows),
    /// It may be made of it: Python, SQL or an operator of which the signature does not tell.
    Perhaps,
}

/// Many rows from which one value is computed.
#[derive(Clone, Debug)]
pub struct Over {
    /// Which.
    pub rows: Rows,
    /// The columns that are equal in all rows of one value (`by`, `over`).
    pub(crate) keys: Vec<ColumnId>,
    /// Which of the rows with equal keys, seen from the row at hand.
    pub sees: Sees,
    /// Whether the rows have a column with the role `time`, which is not among the keys.
    pub(crate) timed: bool,
    /// What their order says of earlier and later.
    pub(crate) order: Order,
    /// Whether it is one value for all rows, which tells nothing of any of them: a number bound to a name.
    pub(crate) single: bool,
    /// The rows that are made of them, one for each combination of keys; `None` where the value goes to the rows
    /// themselves.
    pub(crate) makes: Option<OriginId>,
    /// Which of them the value is of.
    pub(crate) says: Says,
    /// The conditions that leave some of them out, where there are any.
    pub(crate) asks: Option<Arc<Asks>>,
}

/// What an order says of earlier and later rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// It is that of time, or nothing is known of one.
    Time,
    /// It is by something that may count rows as they come, such as the number of a session, and need not.
    Number,
    /// It is by something else, though there is a time.
    Other,
}

/// Which rows a value is of that is computed from many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// All of them.
    All,
    /// The first in time: later ones change nothing.
    First,
    /// When the last one was.
    Last,
    /// None of them: when the time of the whole table begins or ends, the same for all rows.
    Ends,
}

/// What an aggregate asks of the rows that it looks at.
#[derive(Debug)]
pub(crate) struct Asks {
    /// The rows that are left.
    pub region: Region,
    /// The columns that are looked at.
    pub columns: Vec<ColumnId>,
}

/// Which rows count, seen from the row at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// Those before it.
    Earlier,
    /// Those before it and itself.
    UpTo,
    /// All of them.
    All,
    /// Those behind it.
    Later,
}

impl Sees {
    /// What a value sees that is computed, seeing `self`, from values that themselves see `inner`.
    pub(super) fn around(self, inner: Self) -> Self {
        use Sees::{All, Earlier, Later, UpTo};
        match (self, inner) {
            (Later, _) | (_, Later) => Later,
            (All, _) | (_, All) => All,
            (Earlier, _) | (_, Earlier) => Earlier,
            (UpTo, UpTo) => UpTo,
        }
    }

    /// The same in the opposite order.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Earlier | Self::UpTo => Self::Later,
            Self::Later => Self::Earlier,
            Self::All => Self::All,
        }
    }
}

/// All columns of a program.
#[derive(Clone, Debug, Default)]
pub struct Columns(Vec<ColumnNode>);

impl Columns {
    /// The column of that id.
    pub fn get(&self, id: ColumnId) -> &ColumnNode {
        &self.0[id.0 as usize]
    }

    pub(super) fn add(&mut self, name: Text, maker: Maker, span: Span, inputs: Vec<Input>) -> ColumnId {
        let id = ColumnId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        let (number, core, conditions) = (None, None, Conditions::default());
        self.0.push(ColumnNode {
            name,
            maker,
            span,
            inputs,
            was_target: false,
            shift: None,
            number,
            core,
            conditions,
            parts_time: false,
        });
        id
    }

    pub(super) fn mark_parting_time(&mut self, id: ColumnId) {
        self.0[id.0 as usize].parts_time = true;
    }

    pub(super) fn mark_conditions(&mut self, id: ColumnId, conditions: Conditions) {
        self.0[id.0 as usize].conditions = conditions;
    }

    pub(super) fn mark_shift(&mut self, id: ColumnId, shift: (Point, bool)) {
        self.0[id.0 as usize].shift = Some(shift);
    }

    pub(super) fn mark_numbers(&mut self, id: ColumnId, number: Option<u64>, core: Option<u64>) {
        let node = &mut self.0[id.0 as usize];
        (node.number, node.core) = (number, core);
    }

    /// The number of what a column is in its row, under whatever name.
    pub(crate) fn number(&self, id: ColumnId) -> Option<u64> {
        self.get(self.under_one_name(id)).number
    }

    /// Whether its values are those of another table that was joined.
    pub(super) fn is_looked_up(&self, id: ColumnId) -> bool {
        self.get(self.under_one_name(id)).inputs.iter().any(|input| matches!(input.how, How::Joined(_)))
    }

    /// The column that these are under other names.
    fn under_one_name(&self, mut id: ColumnId) -> ColumnId {
        while let [Input { column: Some(of), how: How::Same }] = &self.get(id).inputs[..] {
            id = *of;
        }
        id
    }

    /// Whether rows of another table whose key has the value of this one lie behind the row at hand, or before it; `None` where
    /// nothing is known of it.
    pub(super) fn lies_behind(&self, own: ColumnId, other: ColumnId) -> Option<bool> {
        let (own, other) = (self.root(own), self.root(other));
        let is = |id: ColumnId, point: Point| match point {
            Point::Column(of) => of == id,
            Point::Made(number) => self.get(id).number == Some(number),
        };
        match (self.get(own).shift, self.get(other).shift) {
            (None, Some((of, behind))) if is(own, of) => Some(!behind),
            (Some((of, behind)), None) if is(other, of) => Some(behind),
            _ => None,
        }
    }

    pub(super) fn mark_target(&mut self, id: ColumnId) {
        self.0[id.0 as usize].was_target = true;
    }

    /// The column whose values these are, however often they were renamed, joined or stored.
    pub(crate) fn root(&self, mut id: ColumnId) -> ColumnId {
        loop {
            let mut same = self.get(id).inputs.iter().filter(|input| matches!(input.how, How::Same | How::Joined(_)));
            let (Some(Input { column: Some(of), .. }), None) = (same.next(), same.next()) else { return id };
            id = *of;
        }
    }
}

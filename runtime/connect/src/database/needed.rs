//! What of a table or an answer is needed: its columns, and conditions that choose its rows.

use std::sync::Arc;

use gml_ir::{BinaryOp, Column as Declared, DAY, Dataset, OnViolation, Row, Type, Value};

use crate::table::{Bound, Condition, Reading, narrowed};

/// What a reader needs.
#[derive(Clone, Debug)]
pub(crate) struct Needed {
    /// The row with the columns that are asked for.
    pub(super) row: Row,
    /// Whether that are not all of the dataset.
    fewer: bool,
    /// What holds for every row that is asked for.
    pub(super) conditions: Vec<Condition>,
}

impl Needed {
    /// What of a dataset is asked for: the columns that are needed and those that have rules of their own. Where columns are
    /// unique together, all of them, and all rows where which of them are left out depends on the others.
    pub(crate) fn of(dataset: &Dataset, row: &Row, reading: &Reading) -> Self {
        let drops = !row.unique.is_empty() && dataset.on_violation == OnViolation::Drop;
        let conditions = if drops { Vec::new() } else { reading.conditions.clone() };
        if row.open || !row.unique.is_empty() {
            return Self { row: row.clone(), fewer: false, conditions };
        }
        let (wanted, _) = narrowed(row, &reading.wanted);
        let is_needed = |column: &&Declared| !column.contracts.is_empty() || wanted.get(&column.name).is_some();
        let columns: Vec<Declared> = row.columns.iter().filter(is_needed).cloned().collect();
        let fewer = columns.len() < row.columns.len();
        Self { row: Row { columns, ..row.clone() }, fewer, conditions }
    }

    /// What tells it from what others need of the same dataset; nothing where that is everything.
    pub(crate) fn key(&self) -> String {
        let columns = self.columns().map(|names| names.join(" ")).unwrap_or_default();
        if self.conditions.is_empty() { columns } else { format!("{columns} {:?}", self.conditions) }
    }

    /// The names of the columns, where those are not all.
    pub(crate) fn columns(&self) -> Option<Vec<Arc<str>>> {
        self.fewer.then(|| self.row.columns.iter().map(|column| column.name.clone()).collect())
    }
}

/// What of the values of a column decides how they compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    /// Integers that fit into 64 bits with a sign.
    Int,
    Float,
    Text,
    Date,
    Timestamp,
}

impl Kind {
    /// Of the values of a column; nothing where no database is known to compare them as they are compared here.
    fn of(column: &Declared) -> Option<Self> {
        use gml_ir::IntKind::U64;
        if column.parsed.is_some() {
            return None;
        }
        Some(match column.ty.non_null() {
            Type::Bool => Self::Bool,
            Type::Int(kind) if *kind != U64 => Self::Int,
            Type::Float => Self::Float,
            Type::Str | Type::Category | Type::Enum(_) => Self::Text,
            Type::Date => Self::Date,
            Type::Timestamp => Self::Timestamp,
            _ => return None,
        })
    }
}

/// A question to a column of a database.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// How its value compares with another one of the same kind.
    Compare(&'static str, Value),
    /// Whether it is null.
    Null,
    /// Whether it is not.
    Present,
}

impl Test {
    fn of(column: &Declared, kind: Kind, bound: &Bound) -> Option<Self> {
        /// The first and the last day that all of them have: of the years 1 and 9999.
        const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;
        let is_order = !matches!(bound.op, BinaryOp::Equal | BinaryOp::NotEqual);
        let value = match (kind, &bound.value) {
            (Kind::Bool, Value::Bool(_)) if !is_order => bound.value.clone(),
            (Kind::Int, Value::Int(_)) => bound.value.clone(),
            (Kind::Float, Value::Float(number)) if number.is_finite() => bound.value.clone(),
            (Kind::Float, Value::Int(number)) if number.unsigned_abs() <= 1 << 53 => Value::Float(*number as f64),
            // The values of an enum have the order in which they are listed, those of a category have none.
            (Kind::Text, Value::Str(_)) if !is_order || *column.ty.non_null() == Type::Str => bound.value.clone(),
            (Kind::Date, Value::Date(day)) if DAYS.contains(&i64::from(*day)) => bound.value.clone(),
            (Kind::Timestamp, Value::Timestamp(micros)) if DAYS.contains(&micros.div_euclid(DAY)) => {
                bound.value.clone()
            }
            (Kind::Timestamp, Value::Date(day)) if DAYS.contains(&i64::from(*day)) => {
                Value::Timestamp(i64::from(*day) * DAY)
            }
            _ => return None,
        };
        Some(Self::Compare(sign(bound.op)?, value))
    }
}

fn sign(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "<>",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        _ => return None,
    })
}

/// A value that stands beside a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Param {
    Value(Value),
    /// A text by its bytes in UTF-8: those are compared one by one, whatever is the order of texts there.
    Bytes(Vec<u8>),
}

/// Conditions in the words of a database, with the values beside them.
pub(super) struct Clause {
    /// Each of them holds.
    pub(super) parts: Vec<String>,
    pub(super) values: Vec<Param>,
    /// What it does not do the way it is done here, as the program says it.
    pub(super) left: Vec<String>,
    /// Whether places are numbered, and how many stand before.
    numbered: Option<usize>,
}

/// How a database asks a column of some kind; nothing where it would not answer as is done here.
pub(super) type Asks<'a> = dyn Fn(&Declared, Kind, &Test, &mut Clause) -> Option<String> + 'a;

impl Clause {
    /// No condition yet. Where places are numbered, `before` are given by the query already.
    pub(super) fn new(numbered: Option<usize>) -> Self {
        Self { parts: Vec::new(), values: Vec::new(), left: Vec::new(), numbered }
    }

    /// A place for a value.
    pub(super) fn place(&mut self, value: Param) -> String {
        self.values.push(value);
        self.numbered.map_or_else(|| "?".to_owned(), |before| format!("${}", before + self.values.len()))
    }

    /// A place for the bytes of a text.
    pub(super) fn bytes(&mut self, text: &str) -> String {
        self.place(Param::Bytes(text.as_bytes().to_vec()))
    }

    /// Adds the conditions that a database understands.
    pub(super) fn add(&mut self, needed: &Needed, asks: &Asks<'_>) {
        for condition in Condition::each(&needed.conditions) {
            match self.part(condition, &needed.row, asks) {
                Some(part) => self.parts.push(part),
                None => self.left.push(condition.to_string()),
            }
        }
    }

    fn part(&mut self, condition: &Condition, row: &Row, asks: &Asks<'_>) -> Option<String> {
        let before = self.values.len();
        let part = match condition {
            Condition::All(parts) => {
                let parts: Vec<String> = parts.iter().filter_map(|part| self.part(part, row, asks)).collect();
                (!parts.is_empty()).then(|| format!("({})", parts.join(" AND ")))
            }
            Condition::Any(parts) => {
                let parts: Option<Vec<String>> = parts.iter().map(|part| self.part(part, row, asks)).collect();
                parts.map(|parts| format!("({})", parts.join(" OR ")))
            }
            Condition::Compare(bound) => row.get(&bound.column).and_then(|column| {
                let kind = Kind::of(column)?;
                asks(column, kind, &Test::of(column, kind, bound)?, self)
            }),
            Condition::Null(name) => {
                row.get(name).and_then(|column| asks(column, Kind::of(column)?, &Test::Null, self))
            }
            Condition::Present(name) => {
                row.get(name).and_then(|column| asks(column, Kind::of(column)?, &Test::Present, self))
            }
        };
        if part.is_none() {
            self.values.truncate(before);
        }
        part
    }
}

/// Whether a column is null or not, as all databases ask for it.
pub(super) fn presence(name: &str, test: &Test) -> String {
    format!("{name} IS {}NULL", if *test == Test::Null { "" } else { "NOT " })
}

/// A text that every database takes as it is, whatever its encoding.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (1..128).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row::of(vec![Declared::new("n", Type::INT), Declared::new("t", Type::Str.nullable())])
    }

    fn compare(column: &str, op: BinaryOp, value: Value) -> Condition {
        Condition::Compare(Bound { column: column.into(), op, value })
    }

    /// A database that compares integers only.
    fn clause(conditions: Vec<Condition>) -> Clause {
        let needed = Needed { row: row(), fewer: false, conditions };
        let mut clause = Clause::new(Some(2));
        clause.add(&needed, &|column, kind, test, clause| match test {
            Test::Compare(op, value) if kind == Kind::Int => {
                Some(format!("{} {op} {}", column.name, clause.place(Param::Value(value.clone()))))
            }
            _ => None,
        });
        clause
    }

    #[test]
    fn what_is_not_understood_stays_here_with_its_values() {
        let n = |value| compare("n", BinaryOp::Less, Value::Int(value));
        let t = || compare("t", BinaryOp::Equal, Value::Str("x".into()));
        let either = Condition::Any(vec![n(1), t()]);
        let both = Condition::Any(vec![n(2), Condition::All(vec![n(3), t()])]);
        let clause = clause(vec![either, both, n(4)]);
        assert_eq!(clause.parts, ["(n < $3 OR (n < $4))", "n < $5"]);
        assert_eq!(clause.values, [2, 3, 4].map(|number| Param::Value(Value::Int(number))));
        assert_eq!(clause.left, ["(.n < 1 or .t == \"x\")"]);
    }

    #[test]
    fn values_of_another_kind_are_not_compared_there() {
        let of = |value| clause(vec![compare("n", BinaryOp::Equal, value)]).parts.len();
        assert_eq!((of(Value::Int(1)), of(Value::Float(1.5)), of(Value::Str("1".into()))), (1, 0, 0));
        let day = Test::of(
            &Declared::new("d", Type::Date),
            Kind::Date,
            &Bound { column: "d".into(), op: BinaryOp::Less, value: Value::Date(i32::MAX) },
        );
        assert_eq!(day, None, "no database has such a day");
    }

    #[test]
    fn columns_with_rules_are_asked_for_too() {
        let mut row = row();
        row.columns.push(Declared::new("x", Type::Float));
        let connector = gml_ir::Connector { name: "sql_table".into(), args: Vec::new() };
        let dataset = Dataset {
            name: "d".into(),
            ty: Type::table(row.clone()),
            connector,
            on_violation: OnViolation::Fail,
            location: gml_ir::Location::default(),
        };
        let only = Reading::of(crate::Wanted::only("t".into(), crate::Wanted::All));
        let names = |row: &Row| Needed::of(&dataset, row, &only).columns().map(|names| names.join(" "));
        assert_eq!(names(&row).as_deref(), Some("t"));
        row.unique = vec![vec!["n".into()]];
        assert_eq!(names(&row), None);
    }
}

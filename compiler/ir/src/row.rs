//! Rows: the columns of a table, with roles, contracts and the form in which a file stores them.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Type, Value};

/// The columns of a table or the fields of a struct, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The columns that are known.
    pub columns: Vec<Column>,
    /// Whether there may be others (`..`).
    pub open: bool,
    /// Sets of columns whose values together occur once (`unique [visitor, session]`).
    pub unique: Vec<Vec<Arc<str>>>,
    /// The schema that was written for it, for messages.
    pub schema: Option<Arc<str>>,
}

/// A column of a row. Most rows are made of others and share their columns: a copy costs a count, and a column is made
/// anew when a copy of it is changed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Column(Arc<ColumnFacts>);

/// All that is known of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// Its name in the program.
    pub name: Arc<str>,
    /// The type of its values.
    pub ty: Type,
    /// What it is for; a column without a role is a feature.
    pub role: Option<Role>,
    /// What its values must satisfy.
    pub contracts: Vec<Contract>,
    /// Its name in a file, where that differs (`named "Order Date"`).
    pub stored_name: Option<Arc<str>>,
    /// The form in which a file holds it, where that is not the type's own (`parsed us`).
    pub parsed: Option<Parsed>,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Names the row; never a feature.
    Id,
    /// When the row happened.
    Time,
    /// What is to be predicted.
    Target,
    /// How much the row counts in training.
    Weight,
    /// The query of a ranking.
    Group,
}

impl Role {
    /// The word in a schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Time => "time",
            Self::Target => "target",
            Self::Weight => "weight",
            Self::Group => "group",
        }
    }
}

/// How a file stores a date or a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Parsed {
    /// Text in the strftime format given.
    Format(Arc<str>),
    /// Whole seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    /// Nanoseconds since 1970.
    Nanoseconds,
}

/// One rule for the values of a column; null always satisfies it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// The rule.
    pub rule: ContractRule,
    /// The rule as it was written (`in 0..100_000`), for messages.
    pub text: Arc<str>,
}

/// What a contract demands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ContractRule {
    /// `in a..b` and `in a..<b`
    InRange {
        /// Smallest value allowed.
        start: Value,
        /// Largest value allowed, or the first one that is not.
        end: Value,
        /// Whether `end` itself is allowed.
        inclusive: bool,
    },
    /// `in ["a", "b"]`
    OneOf(Vec<Value>),
    /// `> x`, `>= x`, `< x`, `<= x`, `== x`, `!= x`
    Compare(crate::BinaryOp, Value),
    /// `matches r"..."`
    Matches(Arc<str>),
}

impl ContractRule {
    /// Whether a value satisfies it: `to` says how the value lies to a bound, and `matches` whether it is of the form of a regular
    /// expression. What cannot be compared with a bound does not satisfy the rule.
    pub fn holds(&self, to: impl Fn(&Value) -> Option<Ordering>, matches: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::InRange { start, end, inclusive } => {
                let is_within = if *inclusive { Ordering::is_le } else { Ordering::is_lt };
                to(start).is_some_and(Ordering::is_ge) && to(end).is_some_and(is_within)
            }
            Self::OneOf(values) => values.iter().any(|listed| to(listed).is_some_and(Ordering::is_eq)),
            Self::Compare(operator, bound) => to(bound).is_some_and(|order| operator.holds(order)),
            Self::Matches(pattern) => matches(pattern),
        }
    }
}

impl Row {
    /// A closed row of these columns.
    pub fn of(columns: Vec<Column>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// The column of that name.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// Names in order.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.columns.iter().map(|column| &column.name)
    }

    /// The first column of that role.
    pub fn with_role(&self, role: Role) -> Option<&Column> {
        self.columns.iter().find(|column| column.role == Some(role))
    }

    /// Columns that a model learns from: those without a role.
    pub fn features(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.role.is_none())
    }
}

impl Column {
    /// A column without role, contracts or storage of its own.
    pub fn new(name: impl Into<Arc<str>>, ty: Type) -> Self {
        let name = name.into();
        Self(Arc::new(ColumnFacts { name, ty, role: None, contracts: Vec::new(), stored_name: None, parsed: None }))
    }

    /// The same under another name.
    #[must_use]
    pub fn with_name(mut self, name: Arc<str>) -> Self {
        if self.name != name {
            self.name = name;
        }
        self
    }

    /// The same with values of another type.
    #[must_use]
    pub fn with_type(mut self, ty: Type) -> Self {
        if self.ty != ty {
            self.ty = ty;
        }
        self
    }

    /// The same for another use, or for none.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<Option<Role>>) -> Self {
        let role = role.into();
        if self.role != role {
            self.role = role;
        }
        self
    }

    /// The same with these contracts in place of its own.
    #[must_use]
    pub fn with_contracts(mut self, contracts: Vec<Contract>) -> Self {
        if !(contracts.is_empty() && self.contracts.is_empty()) {
            self.contracts = contracts;
        }
        self
    }

    /// The same, stored under its own name and in the form of its type.
    #[must_use]
    pub fn stored_plainly(mut self) -> Self {
        if self.stored_name.is_some() || self.parsed.is_some() {
            self.stored_name = None;
            self.parsed = None;
        }
        self
    }

    /// The name to look for in a file.
    pub fn stored_name(&self) -> &str {
        self.stored_name.as_deref().unwrap_or(&self.name)
    }
}

impl From<ColumnFacts> for Column {
    fn from(facts: ColumnFacts) -> Self {
        Self(Arc::new(facts))
    }
}

impl Deref for Column {
    type Target = ColumnFacts;

    fn deref(&self) -> &ColumnFacts {
        &self.0
    }
}

impl DerefMut for Column {
    fn deref_mut(&mut self) -> &mut ColumnFacts {
        Arc::make_mut(&mut self.0)
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            return f.write_str(schema);
        }
        let mut parts: Vec<String> = self
            .columns
            .iter()
            .map(|column| match column.role {
                Some(role) => format!("{} {}: {}", role.name(), column.name, column.ty),
                None => format!("{}: {}", column.name, column.ty),
            })
            .collect();
        if self.open {
            parts.push("..".into());
        }
        if parts.is_empty() { f.write_str("{}") } else { write!(f, "{{ {} }}", parts.join(", ")) }
    }
}

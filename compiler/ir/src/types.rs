//! Types of values, as the checker settles them: no variables, nothing inferred later.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Row;

/// Width and sign of an integer. `int` in a program is [`IntKind::I64`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum IntKind {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
}

impl IntKind {
    /// The name in a program: `int`, `int8`, `uint64`.
    pub fn name(self) -> &'static str {
        match self {
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
        }
    }

    /// The smallest and the largest value.
    pub fn bounds(self) -> (i128, i128) {
        match self {
            Self::I8 => (i8::MIN.into(), i8::MAX.into()),
            Self::I16 => (i16::MIN.into(), i16::MAX.into()),
            Self::I32 => (i32::MIN.into(), i32::MAX.into()),
            Self::I64 => (i64::MIN.into(), i64::MAX.into()),
            Self::U8 => (0, u8::MAX.into()),
            Self::U16 => (0, u16::MAX.into()),
            Self::U32 => (0, u32::MAX.into()),
            Self::U64 => (0, u64::MAX.into()),
        }
    }
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`, `int8` to `uint64`
    Int(IntKind),
    /// `float`, 64 bits
    Float,
    /// `float32`
    Float32,
    /// `str`
    Str,
    /// `bytes`
    Bytes,
    /// `date`
    Date,
    /// `time` of day
    Time,
    /// `timestamp`: microseconds since 1970 in UTC
    Timestamp,
    /// `duration`: microseconds
    Duration,
    /// `size` in bytes (`512MiB`)
    Size,
    /// `decimal[p, s]`
    Decimal {
        /// Number of digits.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// `category`: text, dictionary-encoded
    Category,
    /// `enum["a", "b"]`: text from a closed list
    Enum(Arc<[Arc<str>]>),
    /// `list[T]`
    List(Arc<Type>),
    /// `vector[N]` of float32
    Vector(u32),
    /// `struct { .. }`
    Struct(Arc<Row>),
    /// `image`
    Image,
    /// `T?`; never nested
    Nullable(Arc<Type>),
    /// The type of the literal `null`.
    Null,
    /// `range[T]`
    Range(Arc<Type>),
    /// `{ train: table[R], .. }`: a value with named parts, such as what a split gives
    Record(Arc<Row>),
    /// `table[R]`
    Table(TableType),
    /// `estimator[L]`: knows how to learn an `L`. Its rows are known only where it is fitted.
    Estimator(Arc<Learned>),
    /// What was learned.
    Learned(Arc<Learned>),
    /// `search[T]`: how to look for a value of a type among several
    Search(Arc<Type>),
    /// `sequences[I]`: sessions of items in time order
    Sequences(SequencesType),
    /// `graph[U, I]`
    Graph(Arc<Type>, Arc<Type>),
    /// Opaque values with a name that the standard library gives them: `metric`, `metrics`, `figure`, `report`,
    /// `period`, `connector` ...
    Named(Arc<str>),
    /// Not known before the run (a column of an open row). Agrees with everything.
    Unknown,
    /// An expression that already has an error. Agrees with everything and causes no further message.
    Error,
}

/// What an estimator learns, or what was learned. Rows are `None` where the program leaves them out and nothing
/// that it saves tells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Learned {
    /// `transform[R -> S]`
    Transform(Option<(Arc<Row>, Arc<Row>)>),
    /// `model[R -> O]`
    Model(Option<(Arc<Row>, Arc<Row>)>),
    /// `recommender[I]`
    Recommender(Type),
    /// `encoder[text -> vector[384]]`
    Encoder(Type, Type),
}

/// A table and where its rows come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableType {
    /// Its columns.
    pub row: Arc<Row>,
    /// The parts of a split that its rows may come from; empty where no split was made.
    pub partitions: Partitions,
}

/// Sessions of items and where they come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequencesType {
    /// The columns that name a session; open where the program leaves them out.
    pub keys: Arc<Row>,
    /// The type of the items.
    pub item: Arc<Type>,
    /// The parts of a split that the sessions may come from; empty where no split was made.
    pub partitions: Partitions,
}

/// A set of `train`, `valid`, `test`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Partitions(u8);

impl Partitions {
    /// Rows of no split.
    pub const NONE: Self = Self(0);
    /// Rows to learn from.
    pub const TRAIN: Self = Self(1);
    /// Rows to stop, tune and calibrate on.
    pub const VALID: Self = Self(2);
    /// Rows to judge on, and nothing else.
    pub const TEST: Self = Self(4);

    /// The partition of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "train" => Some(Self::TRAIN),
            "valid" => Some(Self::VALID),
            "test" => Some(Self::TEST),
            _ => None,
        }
    }

    /// Rows of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in here.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the rows come from no split.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The names, in the order train, valid, test.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [(Self::TRAIN, "train"), (Self::VALID, "valid"), (Self::TEST, "test")]
            .into_iter()
            .filter_map(move |(part, name)| self.contains(part).then_some(name))
    }
}

impl Type {
    /// `int`
    pub const INT: Self = Self::Int(IntKind::I64);

    /// A table of no split.
    pub fn table(row: Row) -> Self {
        Self::Table(TableType { row: Arc::new(row), partitions: Partitions::NONE })
    }

    /// `T?` of this; the identity on types that already hold null.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self {
            Self::Nullable(_) | Self::Null | Self::Unknown | Self::Error => self,
            other => Self::Nullable(Arc::new(other)),
        }
    }

    /// This without its `?`.
    #[must_use]
    pub fn non_null(&self) -> &Self {
        match self {
            Self::Nullable(inner) => inner,
            other => other,
        }
    }

    /// Whether null is among the values.
    pub fn is_nullable(&self) -> bool {
        matches!(self, Self::Nullable(_) | Self::Null)
    }

    /// Integers, floats and decimals (a `?` aside).
    pub fn is_numeric(&self) -> bool {
        matches!(self.non_null(), Self::Int(_) | Self::Float | Self::Float32 | Self::Decimal { .. })
    }

    /// `str`, `category` and enums (a `?` aside).
    pub fn is_text(&self) -> bool {
        matches!(self.non_null(), Self::Str | Self::Category | Self::Enum(_))
    }

    /// Dates, times and timestamps (a `?` aside).
    pub fn is_temporal(&self) -> bool {
        matches!(self.non_null(), Self::Date | Self::Time | Self::Timestamp)
    }

    /// Unknown or wrong already: agrees with everything.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Unknown | Self::Error)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int(kind) => f.write_str(kind.name()),
            Self::Float => f.write_str("float"),
            Self::Float32 => f.write_str("float32"),
            Self::Str => f.write_str("str"),
            Self::Bytes => f.write_str("bytes"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::Size => f.write_str("size"),
            Self::Decimal { precision, scale } => write!(f, "decimal[{precision}, {scale}]"),
            Self::Category => f.write_str("category"),
            Self::Enum(values) => {
                f.write_str("enum[")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{value:?}")?;
                }
                f.write_str("]")
            }
            Self::List(item) => write!(f, "list[{item}]"),
            Self::Vector(length) => write!(f, "vector[{length}]"),
            Self::Struct(row) => write!(f, "struct {row}"),
            Self::Image => f.write_str("image"),
            Self::Nullable(inner) => write!(f, "{inner}?"),
            Self::Null => f.write_str("null"),
            Self::Range(item) => write!(f, "range[{item}]"),
            Self::Record(row) => write!(f, "{row}"),
            Self::Table(table) => {
                write!(f, "table {}", table.row)?;
                written_parts(table.partitions, f)
            }
            Self::Estimator(learned) => write!(f, "estimator[{learned}]"),
            Self::Learned(learned) => write!(f, "{learned}"),
            Self::Search(item) => write!(f, "search[{item}]"),
            Self::Sequences(sequences) => {
                write!(f, "sequences[{}]", sequences.item)?;
                written_parts(sequences.partitions, f)
            }
            Self::Graph(user, item) => write!(f, "graph[{user}, {item}]"),
            Self::Named(name) => f.write_str(name),
            Self::Unknown => f.write_str("unknown"),
            Self::Error => f.write_str("error"),
        }
    }
}

/// ` in train, valid`
fn written_parts(partitions: Partitions, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let parts: Vec<_> = partitions.names().collect();
    if parts.is_empty() { Ok(()) } else { write!(f, " in {}", parts.join(", ")) }
}

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transform(None) => f.write_str("transform"),
            Self::Transform(Some((from, to))) => write!(f, "transform[{from} -> {to}]"),
            Self::Model(None) => f.write_str("model"),
            Self::Model(Some((from, to))) => write!(f, "model[{from} -> {to}]"),
            Self::Recommender(item) => write!(f, "recommender[{item}]"),
            Self::Encoder(from, to) => write!(f, "encoder[{from} -> {to}]"),
        }
    }
}

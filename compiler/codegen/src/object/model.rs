//! A model as plain data.

use super::learner::{Curve, Part, Pool};

/// A model: rows of columns and texts, operations on their values, learners that are given some of these, curves behind them.
///
/// A value is a 64-bit float, and may be null. Values have places: the columns first, then the weights of all words, then what each
/// operation makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What a row has, in its order.
    pub columns: Vec<Column>,
    /// The columns whose texts a row has beside that.
    pub texts: Vec<String>,
    /// What is counted in these texts.
    pub counts: Vec<Counts>,
    /// In their order. Each makes one value.
    pub operations: Vec<Operation>,
    /// What makes scores: one learner, or several of which the scores are put together.
    pub parts: Vec<Part>,
    /// How they are put together.
    pub pool: Pool,
    /// The classes that the scores are of; empty where there are none.
    pub classes: Vec<String>,
    /// Curves from scores to probabilities: none, or one for each score.
    pub curves: Vec<Curve>,
    /// What the answers are called, in their order: the likeliest class (where there are classes), the scores, and what the curves say.
    pub outputs: Vec<String>,
}

/// What is told of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the functions of the library begin with.
    pub name: String,
    /// What the library says when it is asked for its version.
    pub version: String,
    /// How it was learned, for those who read the header.
    pub about: Vec<String>,
}

/// A column of the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
    /// Whether NaN is null in it. In a column of texts it always is.
    pub nullable: bool,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    /// 64-bit floats.
    Float,
    /// 32-bit floats.
    Single,
    /// Whole numbers.
    Whole,
    /// 1 and 0.
    Truth,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since midnight.
    Time,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp,
    /// Microseconds.
    Duration,
    /// Codes of texts.
    Text {
        /// The texts that the model tells apart; the code is the place.
        known: Vec<String>,
        /// Whether others are told apart by their hash. The code of a text with the hash `h`, taken as a number with a sign, is
        /// `-1 - |h|`; -1 is the code of all others where they are not told apart.
        hashed: bool,
    },
}

/// How much each word of a text counts (Salton and Buckley 1988, "Term-Weighting Approaches in Automatic Text Retrieval"): how often it
/// is there, times how rare it is, over the root of the squares of all of them. Words are runs of letters and digits, each in small
/// letters by itself, as Rust's `char::is_alphanumeric` and `str::to_lowercase` have them. Each word makes a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Which of the texts.
    pub text: usize,
    /// The text in place of one that is missing; a missing one has no words where there is none.
    pub null: Option<String>,
    /// The words, in small letters, each once.
    pub words: Vec<String>,
    /// How rare each is.
    pub rarity: Vec<f64>,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The place of the value that is changed.
    pub of: usize,
    /// How.
    pub change: Change,
}

/// What an operation makes of a value. Null stays null where nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// This where it is null.
    Fill(f64),
    /// 1 where it is this, 0 elsewhere and for null.
    Is(f64),
    /// What stands beside the value.
    Look {
        /// Values.
        keys: Vec<f64>,
        /// What stands beside them.
        beside: Vec<f64>,
        /// What stands beside any other value.
        other: f64,
        /// What null becomes; none where it stays null.
        null: Option<f64>,
    },
    /// The bucket of a text: the size of its hash modulo their number.
    Bucket {
        /// How many buckets there are.
        buckets: u32,
        /// Those of the texts that have codes.
        known: Vec<f64>,
    },
    /// The bucket of a number as text.
    Hash {
        /// How it is written.
        written: Written,
        /// How many buckets there are.
        buckets: u32,
    },
    /// How many of these, which rise, are at most the value; all where it is no number.
    Count(Vec<f64>),
    /// `(x - center) * factor`
    Scale {
        /// Becomes 0.
        center: f64,
        /// What is multiplied by.
        factor: f64,
    },
    /// `sign(x) * ln(1 + |x|)`
    Log,
    /// No smaller and no larger than; what is no number stands above all numbers.
    Clip {
        /// The smallest value.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Year (0), month (1), day (2) or day of the week (3; Monday is 1) of days, or of microseconds, since 1970.
    DatePart {
        /// Which.
        part: usize,
        /// Whether it is of microseconds.
        micros: bool,
    },
}

/// How a number is written before it is hashed: as GML writes a constant, without `@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Written {
    /// `-12`
    Whole,
    /// The shortest digits that are this float: `0.1`, `1e16`, `NaN`. Both zeros are `0.0`.
    Float,
    /// Days: `2024-02-29`
    Date,
    /// Microseconds since midnight: `23:59:01`, with six digits behind a point where there is a fraction.
    Time,
    /// Microseconds since 1970: `2024-02-29T23:59:01Z`, with a fraction as above.
    Timestamp,
    /// Microseconds, in the largest unit of which they are a multiple: `3h`; none is `0s`.
    Duration,
}

/// Parts that [`Change::DatePart`] knows.
pub const PART_COUNT: usize = 4;

impl Model {
    /// The place of the first score among the outputs.
    pub(super) fn first_score(&self) -> usize {
        usize::from(!self.classes.is_empty())
    }

    /// Scores of a row.
    pub(super) fn scores(&self) -> usize {
        self.parts.first().map_or(0, |part| part.learner.scores())
    }

    /// Values that are there before any operation: columns and the weights of words.
    pub(super) fn given(&self) -> usize {
        self.columns.len() + self.counts.iter().map(|counts| counts.words.len()).sum::<usize>()
    }
}

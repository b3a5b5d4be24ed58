//! Row expressions as straight-line code.

use std::fmt;

use super::Storage;

/// What an operation gives, by its place in [`Program::ops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(pub u32);

impl Reg {
    /// The place in [`Program::ops`].
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// What is computed with. Columns of other widths are widened when they are read, which is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// True or false.
    Bool,
    /// 64 bits with a sign.
    Int,
    /// 64 bits of IEEE 754.
    Float,
}

/// A value that is the same in every row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// No value of that kind.
    Null(Kind),
}

/// Functions of one float. Null stays null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatFunction {
    /// `-x`: the sign changed, also of zeros and of what is not a number.
    Negate,
    /// Without the sign.
    Abs,
    /// -1 or 1; of zeros and of what is not a number that itself.
    Sign,
    /// IEEE 754.
    Sqrt,
    /// Towards negative infinity.
    Floor,
    /// Towards positive infinity.
    Ceil,
    /// Halves away from zero, at that many digits behind the point (before it where negative).
    Round(i32),
    /// `e ** x`
    Exp,
    /// Natural logarithm.
    Ln,
    /// Logarithm to the base 10.
    Log10,
    /// `ln(1 + x)`
    Log1p,
}

/// What [`FloatFunction::Round`] multiplies with before it rounds, and divides by behind it (the other way round where there
/// are fewer than no digits). A product of tens, so that it is the same wherever it is computed.
#[must_use]
pub fn power_of_ten(digits: i32) -> f64 {
    10_f64.powi(digits.saturating_abs())
}

/// 2 ** 52: from here on every float is a whole number. What [`FloatFunction::Round`] would round behind the point stays as it is
/// where it is as large as that once multiplied: it has no digits to be rounded.
pub const ALL_WHOLE: f64 = 4_503_599_627_370_496.0;

/// Operators of two floats. Null where one is null.
///
/// By a constant, polars computes otherwise (`a / c` is `a * (1 / c)`, `a ** 2` is `a * a`): whoever makes a program of polars'
/// expressions says it with the operations that polars does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatOperator {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a // b`, the quotient rounded towards negative infinity
    FloorDivide,
    /// `a % b`, with the sign of `b`
    Remainder,
    /// `a ** b`
    Power,
    /// `a` where it is not larger (not-a-number is the largest), else `b`
    Least,
    /// `a` where it is not smaller (not-a-number is the largest), else `b`
    Greatest,
}

/// Operators of two integers. Null where one is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntOperator {
    /// `a + b`; a fault where it does not fit
    Add,
    /// `a - b`; a fault where it does not fit
    Subtract,
    /// `a * b`; a fault where it does not fit
    Multiply,
    /// `a // b`, rounded towards negative infinity; null by zero, a fault where it does not fit
    FloorDivide,
    /// `a % b`, with the sign of `b`; null by zero
    Remainder,
    /// The smaller one.
    Least,
    /// The larger one.
    Greatest,
}

/// Narrower integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Width {
    I8,
    I16,
    I32,
    U8,
    U16,
    U32,
}

impl Width {
    /// The smallest and the largest number.
    pub fn bounds(self) -> (i64, i64) {
        match self {
            Self::I8 => (i8::MIN.into(), i8::MAX.into()),
            Self::I16 => (i16::MIN.into(), i16::MAX.into()),
            Self::I32 => (i32::MIN.into(), i32::MAX.into()),
            Self::U8 => (0, u8::MAX.into()),
            Self::U16 => (0, u16::MAX.into()),
            Self::U32 => (0, u32::MAX.into()),
        }
    }
}

/// Comparisons. Floats are in a total order for them: not-a-number equals itself and is larger than every number, and the
/// zeros are equal. False is smaller than true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// One operation on all rows. The registers that it names come before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// A column, by its place in [`Program::columns`].
    Column(u32),
    /// The same value in every row.
    Constant(Constant),
    /// A function of a float.
    Function(FloatFunction, Reg),
    /// An operator of two floats.
    Float(FloatOperator, Reg, Reg),
    /// An operator of two integers; a fault where the result does not fit and `used` is neither false nor null.
    Int {
        /// The operator.
        op: IntOperator,
        /// On the left.
        left: Reg,
        /// On the right.
        right: Reg,
        /// Where the result is used at all; elsewhere it is null.
        used: Option<Reg>,
    },
    /// The same integer, which must fit; a fault where it does not and `used` is neither false nor null.
    Narrow {
        /// What it must fit.
        width: Width,
        /// The integer.
        of: Reg,
        /// Where the result is used at all; elsewhere it is null.
        used: Option<Reg>,
    },
    /// A comparison of two values of one kind; null where one is null.
    Compare(Comparison, Reg, Reg),
    /// Three-valued: false where one is false, else null where one is null.
    And(Reg, Reg),
    /// Three-valued: true where one is true, else null where one is null.
    Or(Reg, Reg),
    /// True of false.
    Not(Reg),
    /// Whether there is no value; never null.
    IsNull(Reg),
    /// The first where it is not null, else the second.
    Coalesce(Reg, Reg),
    /// The second where the first, a condition, is true, else the third; a null condition counts as false.
    Select(Reg, Reg, Reg),
    /// An integer as the nearest float; of a condition 1 for true and 0 for false.
    ToFloat(Reg),
    /// 1 for true, 0 for false.
    ToInt(Reg),
    /// A float without what stands behind the point, as an integer; null where that does not fit.
    Whole(Reg),
    /// Whether a float is neither infinite nor not-a-number.
    IsFinite(Reg),
}

impl Op {
    /// The registers that it uses.
    pub fn operands(&self) -> impl Iterator<Item = Reg> {
        let (a, b, c) = match *self {
            Self::Column(_) | Self::Constant(_) => (None, None, None),
            Self::Function(_, a)
            | Self::Not(a)
            | Self::IsNull(a)
            | Self::ToFloat(a)
            | Self::ToInt(a)
            | Self::Whole(a)
            | Self::IsFinite(a) => (Some(a), None, None),
            Self::Float(_, a, b) | Self::Compare(_, a, b) | Self::And(a, b) | Self::Or(a, b) | Self::Coalesce(a, b) => {
                (Some(a), Some(b), None)
            }
            Self::Int { left, right, used, .. } => (Some(left), Some(right), used),
            Self::Narrow { of, used, .. } => (Some(of), used, None),
            Self::Select(a, b, c) => (Some(a), Some(b), Some(c)),
        };
        [a, b, c].into_iter().flatten()
    }
}

/// Row expressions over the same columns, as operations in an order in which each comes after those that it uses. What
/// several expressions have in common is one operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// How the columns that it reads are stored.
    pub columns: Vec<Storage>,
    /// The operations.
    pub ops: Vec<Op>,
    /// What it gives and how that is to be stored; an integer fits its storage by a [`Op::Narrow`] before.
    pub outputs: Vec<(Reg, Storage)>,
}

/// Why operations are no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The operation, or an output behind all operations.
    pub place: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operation {}: {}", self.place, self.what)
    }
}

impl std::error::Error for Invalid {}

impl Program {
    /// The operation, or the same one that is there already. Floats are told apart by their bits.
    pub fn push(&mut self, op: Op) -> Reg {
        let same = |known: &Op| match (known, &op) {
            (Op::Constant(Constant::Float(a)), Op::Constant(Constant::Float(b))) => a.to_bits() == b.to_bits(),
            _ => *known == op,
        };
        let place = self.ops.iter().position(same).unwrap_or_else(|| {
            self.ops.push(op);
            self.ops.len() - 1
        });
        Reg(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// What each operation gives.
    ///
    /// # Errors
    /// Where an operation names what does not come before it, or what is of another kind than it needs.
    pub fn kinds(&self) -> Result<Vec<Kind>, Invalid> {
        let mut kinds: Vec<Kind> = Vec::with_capacity(self.ops.len());
        for (place, op) in self.ops.iter().enumerate() {
            let invalid = |what| Invalid { place, what };
            if op.operands().any(|operand| operand.place() >= place) {
                return Err(invalid("names an operation that does not come before it"));
            }
            let kind = self.kind(op, &kinds).ok_or_else(|| invalid("an operand is of another kind"))?;
            kinds.push(kind);
        }
        for (reg, storage) in &self.outputs {
            if kinds.get(reg.place()) != Some(&storage.kind()) {
                return Err(Invalid { place: self.ops.len(), what: "an output is stored as another kind" });
            }
        }
        Ok(kinds)
    }

    /// Of each operation, whether an output needs it. The others are not executed, so that nothing in them is a fault.
    pub fn needed(&self) -> Vec<bool> {
        let mut needed = vec![false; self.ops.len()];
        for (reg, _) in &self.outputs {
            needed[reg.place()] = true;
        }
        for (place, op) in self.ops.iter().enumerate().rev() {
            if needed[place] {
                op.operands().for_each(|operand| needed[operand.place()] = true);
            }
        }
        needed
    }

    fn kind(&self, op: &Op, kinds: &[Kind]) -> Option<Kind> {
        use Kind::{Bool, Float, Int};
        let of = |reg: &Reg| kinds[reg.place()];
        let needs = |met: bool, kind: Kind| met.then_some(kind);
        match op {
            Op::Column(column) => self.columns.get(*column as usize).map(|storage| storage.kind()),
            Op::Constant(constant) => Some(match constant {
                Constant::Bool(_) => Bool,
                Constant::Int(_) => Int,
                Constant::Float(_) => Float,
                Constant::Null(kind) => *kind,
            }),
            Op::Function(_, a) => needs(of(a) == Float, Float),
            Op::Float(_, a, b) => needs(of(a) == Float && of(b) == Float, Float),
            Op::Int { left, right, used, .. } => {
                needs(of(left) == Int && of(right) == Int && used.is_none_or(|used| of(&used) == Bool), Int)
            }
            Op::Narrow { of: a, used, .. } => needs(of(a) == Int && used.is_none_or(|used| of(&used) == Bool), Int),
            Op::Compare(_, a, b) => needs(of(a) == of(b), Bool),
            Op::And(a, b) | Op::Or(a, b) => needs(of(a) == Bool && of(b) == Bool, Bool),
            Op::Not(a) => needs(of(a) == Bool, Bool),
            Op::IsNull(_) => Some(Bool),
            Op::Coalesce(a, b) => needs(of(a) == of(b), of(a)),
            Op::Select(condition, a, b) => needs(of(condition) == Bool && of(a) == of(b), of(a)),
            Op::ToFloat(a) => needs(of(a) != Float, Float),
            Op::ToInt(a) => needs(of(a) == Bool, Int),
            Op::Whole(a) => needs(of(a) == Float, Int),
            Op::IsFinite(a) => needs(of(a) == Float, Bool),
        }
    }
}

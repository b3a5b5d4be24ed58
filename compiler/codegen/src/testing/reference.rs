//! What a program gives, one row and one operation after the other: the plainest code that says it.

use crate::rows::{
    self, Column, Comparison, Constant, FloatFunction, FloatOperator, IntOperator, Op, Output, OutputValues, Program,
    Reg, RowFault, RowFaultKind, Storage, Values,
};
use crate::trees::Machine;

/// How functions that are not exact are computed.
#[derive(Clone, Copy, Debug)]
pub enum Math {
    /// By the C library's functions of one value.
    Scalar,
    /// By the functions of a machine, one value at a time.
    Of(Machine),
}

impl Math {
    /// A function of one float.
    #[must_use]
    pub fn unary(self, name: FloatFunction, a: f64) -> f64 {
        let Self::Of(machine) = self else {
            return match name {
                FloatFunction::Exp => a.exp(),
                FloatFunction::Ln => a.ln(),
                FloatFunction::Log10 => a.log10(),
                FloatFunction::Log1p => a.ln_1p(),
                exact => function(exact, a, self),
            };
        };
        let math = rows::math::Math::of(machine);
        match name {
            FloatFunction::Exp => math.exp.one(a),
            FloatFunction::Ln => math.ln.one(a),
            FloatFunction::Log10 => math.log10.one(a),
            FloatFunction::Log1p => math.log1p.one(a),
            exact => function(exact, a, self),
        }
    }

    /// `a ** b`
    #[must_use]
    pub fn power(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Scalar => a.powf(b),
            Self::Of(machine) => rows::math::Math::of(machine).power.one(a, b),
        }
    }
}

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
}

use Cell::{Bool, Float, Int, Null};

/// What a program gives.
///
/// # Errors
/// The first row that has no result; of several operations without one, the first.
///
/// # Panics
/// Where the program is none, or the columns are not its own.
pub fn outputs(program: &Program, columns: &[Column<'_>], rows: usize, math: Math) -> Result<Vec<Output>, RowFault> {
    let needed = program.needed();
    let mut results = vec![Vec::with_capacity(rows); program.outputs.len()];
    for row in 0..rows {
        let mut cells = Vec::with_capacity(program.ops.len());
        for (op, needed) in program.ops.iter().zip(&needed) {
            let cell = if *needed { operation(op, &cells, columns, row, math) } else { Ok(Null) };
            cells.push(cell.map_err(|kind| RowFault { row, kind })?);
        }
        for (result, (reg, _)) in results.iter_mut().zip(&program.outputs) {
            result.push(cells[reg.place()]);
        }
    }
    Ok(results.iter().zip(&program.outputs).map(|(cells, (_, storage))| output(cells, *storage)).collect())
}

fn operation(op: &Op, cells: &[Cell], columns: &[Column<'_>], row: usize, math: Math) -> Result<Cell, RowFaultKind> {
    let of = |reg: &Reg| cells[reg.place()];
    Ok(match op {
        Op::Column(place) => read(&columns[*place as usize], row),
        Op::Constant(constant) => match constant {
            Constant::Bool(value) => Bool(*value),
            Constant::Int(value) => Int(*value),
            Constant::Float(value) => Float(*value),
            Constant::Null(_) => Null,
        },
        Op::Function(name, a) => match of(a) {
            Float(a) => Float(function(*name, a, math)),
            _ => Null,
        },
        Op::Float(operator, a, b) => match (of(a), of(b)) {
            (Float(a), Float(b)) => Float(float(*operator, a, b, math)),
            _ => Null,
        },
        Op::Int { op, left, right, used } => match (of(left), of(right)) {
            _ if used.is_some_and(|used| of(&used) != Bool(true)) => Null,
            (Int(a), Int(b)) => int(*op, a, b).ok_or(RowFaultKind::Overflow(*op, a, b))?,
            _ => Null,
        },
        Op::Narrow { width, of: a, used } => match of(a) {
            _ if used.is_some_and(|used| of(&used) != Bool(true)) => Null,
            Int(a) if !(width.bounds().0..=width.bounds().1).contains(&a) => {
                return Err(RowFaultKind::Narrow(a, *width));
            }
            cell => cell,
        },
        Op::Compare(comparison, a, b) => compare(*comparison, of(a), of(b)),
        Op::And(a, b) => match (of(a), of(b)) {
            (Bool(false), _) | (_, Bool(false)) => Bool(false),
            (Null, _) | (_, Null) => Null,
            _ => Bool(true),
        },
        Op::Or(a, b) => match (of(a), of(b)) {
            (Bool(true), _) | (_, Bool(true)) => Bool(true),
            (Null, _) | (_, Null) => Null,
            _ => Bool(false),
        },
        Op::Not(a) => match of(a) {
            Bool(a) => Bool(!a),
            _ => Null,
        },
        Op::IsNull(a) => Bool(of(a) == Null),
        Op::Coalesce(a, b) => match of(a) {
            Null => of(b),
            cell => cell,
        },
        Op::Select(condition, a, b) => {
            if of(condition) == Bool(true) {
                of(a)
            } else {
                of(b)
            }
        }
        Op::ToFloat(a) => match of(a) {
            Int(a) => Float(a as f64),
            Bool(a) => Float(f64::from(u8::from(a))),
            _ => Null,
        },
        Op::ToInt(a) => match of(a) {
            Bool(a) => Int(a.into()),
            _ => Null,
        },
        Op::Whole(a) => match of(a) {
            // The largest 64-bit integer is no float; the next one is 2 ** 63.
            Float(a) if (-(2.0_f64.powi(63))..2.0_f64.powi(63)).contains(&a) => Int(a as i64),
            _ => Null,
        },
        Op::IsFinite(a) => match of(a) {
            Float(a) => Bool(a.is_finite()),
            _ => Null,
        },
    })
}

fn function(name: FloatFunction, a: f64, math: Math) -> f64 {
    match name {
        FloatFunction::Negate => -a,
        FloatFunction::Abs => a.abs(),
        FloatFunction::Sign if a < 0.0 => -1.0,
        FloatFunction::Sign if a > 0.0 => 1.0,
        FloatFunction::Sign => a,
        FloatFunction::Sqrt => a.sqrt(),
        FloatFunction::Floor => a.floor(),
        FloatFunction::Ceil => a.ceil(),
        FloatFunction::Round(digits) => {
            let power = 10_f64.powi(digits.abs());
            let result = if digits >= 0 { (a * power).round() / power } else { (a / power).round() * power };
            let is_whole_already = digits > 0 && (a * power).abs() >= 2_f64.powi(52);
            if result.is_finite() && !is_whole_already { result } else { a }
        }
        FloatFunction::Exp | FloatFunction::Ln | FloatFunction::Log10 | FloatFunction::Log1p => math.unary(name, a),
    }
}

fn float(operator: FloatOperator, a: f64, b: f64, math: Math) -> f64 {
    match operator {
        FloatOperator::Add => a + b,
        FloatOperator::Subtract => a - b,
        FloatOperator::Multiply => a * b,
        FloatOperator::Divide => a / b,
        FloatOperator::FloorDivide => (a / b).floor(),
        FloatOperator::Remainder => a - b * (a / b).floor(),
        FloatOperator::Power => math.power(a, b),
        FloatOperator::Least => {
            if order(a, b).is_le() {
                a
            } else {
                b
            }
        }
        FloatOperator::Greatest => {
            if order(a, b).is_ge() {
                a
            } else {
                b
            }
        }
    }
}

/// The order in which not-a-number equals itself and is the largest.
fn order(a: f64, b: f64) -> std::cmp::Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn int(operator: IntOperator, a: i64, b: i64) -> Option<Cell> {
    let (wide, by) = (i128::from(a), i128::from(b));
    let exact = match operator {
        IntOperator::Add => wide + by,
        IntOperator::Subtract => wide - by,
        IntOperator::Multiply => wide * by,
        IntOperator::FloorDivide | IntOperator::Remainder if b == 0 => return Some(Null),
        IntOperator::FloorDivide => floor(wide, by),
        IntOperator::Remainder => wide - by * floor(wide, by),
        IntOperator::Least => wide.min(by),
        IntOperator::Greatest => wide.max(by),
    };
    i64::try_from(exact).ok().map(Int)
}

fn floor(a: i128, b: i128) -> i128 {
    a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0)
}

fn compare(comparison: Comparison, a: Cell, b: Cell) -> Cell {
    let order = match (a, b) {
        (Bool(a), Bool(b)) => a.cmp(&b),
        (Int(a), Int(b)) => a.cmp(&b),
        (Float(a), Float(b)) => order(a, b),
        _ => return Null,
    };
    Bool(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterEqual => order.is_ge(),
    })
}

fn read(column: &Column<'_>, row: usize) -> Cell {
    if column.validity.is_some_and(|bits| !bits.get(row)) {
        return Null;
    }
    match column.values {
        Values::Bool(bits) => Bool(bits.get(row)),
        Values::I8(values) => Int(values[row].into()),
        Values::I16(values) => Int(values[row].into()),
        Values::I32(values) => Int(values[row].into()),
        Values::I64(values) => Int(values[row]),
        Values::U8(values) => Int(values[row].into()),
        Values::U16(values) => Int(values[row].into()),
        Values::U32(values) => Int(values[row].into()),
        Values::F32(values) => Float(values[row].into()),
        Values::F64(values) => Float(values[row]),
    }
}

fn output(cells: &[Cell], storage: Storage) -> Output {
    let int = |cell: &Cell| if let Int(value) = cell { *value } else { 0 };
    let float = |cell: &Cell| if let Float(value) = cell { *value } else { 0.0 };
    let values = match storage {
        Storage::Bool => OutputValues::Bool(packed(cells.iter().map(|cell| *cell == Bool(true)))),
        Storage::I8 => OutputValues::I8(cells.iter().map(|cell| int(cell) as i8).collect()),
        Storage::I16 => OutputValues::I16(cells.iter().map(|cell| int(cell) as i16).collect()),
        Storage::I32 => OutputValues::I32(cells.iter().map(|cell| int(cell) as i32).collect()),
        Storage::I64 => OutputValues::I64(cells.iter().map(int).collect()),
        Storage::U8 => OutputValues::U8(cells.iter().map(|cell| int(cell) as u8).collect()),
        Storage::U16 => OutputValues::U16(cells.iter().map(|cell| int(cell) as u16).collect()),
        Storage::U32 => OutputValues::U32(cells.iter().map(|cell| int(cell) as u32).collect()),
        Storage::F32 => OutputValues::F32(cells.iter().map(|cell| float(cell) as f32).collect()),
        Storage::F64 => OutputValues::F64(cells.iter().map(float).collect()),
    };
    let validity = cells.contains(&Null).then(|| packed(cells.iter().map(|cell| *cell != Null)));
    Output { values, validity }
}

fn packed(bits: impl ExactSizeIterator<Item = bool>) -> Vec<u8> {
    let mut bytes = vec![0; bits.len().div_ceil(8)];
    for (row, bit) in bits.enumerate() {
        bytes[row / 8] |= u8::from(bit) << (row % 8);
    }
    bytes
}

/// Where two results differ, in words; `None` where they are the same. Floats may be so many ulp apart; which not-a-number it is does
/// not matter, and which zero it is does. Values of rows without one must be zero.
#[must_use]
pub fn difference(
    due: &Result<Vec<Output>, RowFault>,
    found: &Result<Vec<Output>, RowFault>,
    rows: usize,
    ulps: u64,
) -> Option<String> {
    let (due, found) = match (due, found) {
        (Ok(due), Ok(found)) => (due, found),
        (Err(due), Err(found)) if due == found => return None,
        _ => return Some(format!("{found:?} and not {due:?}")),
    };
    if due.len() != found.len() {
        return Some(format!("{} outputs and not {}", found.len(), due.len()));
    }
    due.iter()
        .zip(found)
        .enumerate()
        .find_map(|(place, (due, found))| unlike(due, found, rows, ulps).map(|what| format!("output {place}: {what}")))
}

fn unlike(due: &Output, found: &Output, rows: usize, ulps: u64) -> Option<String> {
    if let Some(bytes) = &found.validity
        && (bytes.len() != rows.div_ceil(8) || tail(bytes, rows))
    {
        return Some("validity is of another length, or has bits behind the last row".into());
    }
    let bit = |bytes: &[u8], row: usize| bytes[row / 8] >> (row % 8) & 1 == 1;
    let valid = |output: &Output, row| output.validity.as_ref().is_none_or(|bytes| bit(bytes, row));
    if let Some(row) = (0..rows).find(|row| valid(due, *row) != valid(found, *row)) {
        return Some(format!("row {row} has a value: {} and not {}", valid(found, row), valid(due, row)));
    }
    macro_rules! rows {
        ($due:expr, $found:expr, $same:expr) => {{
            if $found.len() != rows {
                return Some(format!("{} rows and not {rows}", $found.len()));
            }
            let pairs = $due.iter().zip($found).enumerate();
            let mut unlike = pairs.filter(|(_, (due, found))| !$same(**due, **found));
            unlike.next().map(|(row, (due, found))| format!("row {row}: {found:?} and not {due:?}"))
        }};
    }
    match (&due.values, &found.values) {
        (OutputValues::Bool(due), OutputValues::Bool(found)) => {
            if found.len() != rows.div_ceil(8) || tail(found, rows) {
                return Some("bits are of another length, or some are behind the last row".into());
            }
            (0..rows)
                .find(|row| bit(due, *row) != bit(found, *row))
                .map(|row| format!("row {row}: {}", bit(found, row)))
        }
        (OutputValues::I8(due), OutputValues::I8(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::I16(due), OutputValues::I16(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::I32(due), OutputValues::I32(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::I64(due), OutputValues::I64(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::U8(due), OutputValues::U8(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::U16(due), OutputValues::U16(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::U32(due), OutputValues::U32(found)) => rows!(due, found, |a, b| a == b),
        (OutputValues::F32(due), OutputValues::F32(found)) => {
            // A float within some ulp of another is at most one 32-bit float away.
            let near = |a: f32, b: f32| ulps > 0 && (a.to_bits().abs_diff(b.to_bits()) <= 1);
            rows!(due, found, |a: f32, b: f32| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || near(a, b))
        }
        (OutputValues::F64(due), OutputValues::F64(found)) => {
            rows!(due, found, |a, b| distance(a, b) <= ulps)
        }
        _ => Some("is stored otherwise".into()),
    }
}

/// Whether a bit behind the last row is set.
fn tail(bytes: &[u8], rows: usize) -> bool {
    !rows.is_multiple_of(8) && bytes.last().is_some_and(|last| last >> (rows % 8) != 0)
}

/// How many floats two are apart; 0 of two that are not numbers. Numbers of different signs are apart by more than a number can be.
#[must_use]
pub fn distance(a: f64, b: f64) -> u64 {
    if a.is_nan() && b.is_nan() || a.to_bits() == b.to_bits() {
        0
    } else if a.is_nan() || b.is_nan() || a.is_sign_negative() != b.is_sign_negative() {
        u64::MAX
    } else {
        a.to_bits().abs_diff(b.to_bits())
    }
}

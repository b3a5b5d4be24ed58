//! Random programs of row expressions over random columns: every operation, every storage, values at the edges of all of them,
//! and rows without a value. A seed says everything.

use super::Random;
use crate::rows::{
    Bits, Column, Comparison, Constant, FloatFunction, FloatOperator, IntOperator, Kind, Op, OutputValues, Program,
    Reg, Storage, Values, Width,
};

/// A program and what it is run over.
#[derive(Clone, Debug)]
pub struct Case {
    /// The program. Every operation is needed for an output.
    pub program: Program,
    /// Its columns.
    pub columns: Vec<Stored>,
    /// Their rows.
    pub rows: usize,
}

/// A column that owns its values.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its values.
    pub values: OutputValues,
    /// The bit of the first row, where the values are bits.
    pub offset: usize,
    /// Which rows have a value, and the bit of the first row.
    pub validity: Option<(Vec<u8>, usize)>,
}

/// Numbers of rows around the borders of blocks and of words.
pub const ROWS: [usize; 11] = [0, 1, 3, 63, 64, 65, 1023, 1024, 1025, 2048, 5000];

const STORAGES: [Storage; 10] = [
    Storage::F64,
    Storage::I64,
    Storage::Bool,
    Storage::F32,
    Storage::I32,
    Storage::I8,
    Storage::I16,
    Storage::U8,
    Storage::U16,
    Storage::U32,
];

const FLOATS: [f64; 26] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -0.0,
    0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.0,
    -2.5,
    3.0,
    5e-324,
    -5e-324,
    f64::MIN_POSITIVE,
    1e-310,
    f64::MAX,
    f64::MIN,
    0.999_999_999_999_999_9,
    1.000_000_000_000_000_2,
    709.8,
    -745.2,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    1e-17,
];

const INTS: [i64; 15] =
    [i64::MIN, i64::MAX, i64::MIN + 1, -1, 0, 1, 2, -3, 7, 127, -129, 255, 65_536, i32::MIN as i64, (1 << 53) + 1];

/// How wild the values are.
#[derive(Clone, Copy)]
struct Mood {
    /// Of a hundred integers, those at the edges; the others are small.
    extreme: u64,
    /// Of a hundred floats, those at the edges.
    special: u64,
}

impl Case {
    /// A program of about that many operations, over that many rows.
    #[must_use]
    pub fn random(seed: u64, operations: usize, rows: usize) -> Self {
        let mut random = Random::new(seed);
        let mood = Mood { extreme: [0, 0, 0, 1, 30][random.place(5)], special: [0, 5, 30, 100][random.place(4)] };
        let program = program(&mut random, operations, mood);
        let columns = program.columns.iter().map(|storage| stored(&mut random, *storage, rows, mood)).collect();
        Self { program, columns, rows }
    }

    /// The columns to read.
    #[must_use]
    pub fn columns(&self) -> Vec<Column<'_>> {
        self.columns.iter().map(Stored::column).collect()
    }
}

impl Stored {
    /// The column to read.
    #[must_use]
    pub fn column(&self) -> Column<'_> {
        let values = match &self.values {
            OutputValues::Bool(bytes) => Values::Bool(Bits { bytes, offset: self.offset }),
            OutputValues::I8(values) => Values::I8(values),
            OutputValues::I16(values) => Values::I16(values),
            OutputValues::I32(values) => Values::I32(values),
            OutputValues::I64(values) => Values::I64(values),
            OutputValues::U8(values) => Values::U8(values),
            OutputValues::U16(values) => Values::U16(values),
            OutputValues::U32(values) => Values::U32(values),
            OutputValues::F32(values) => Values::F32(values),
            OutputValues::F64(values) => Values::F64(values),
        };
        let validity = self.validity.as_ref().map(|(bytes, offset)| Bits { bytes, offset: *offset });
        Column { values, validity }
    }
}

/// A program that grows.
struct Draft<'a> {
    random: &'a mut Random,
    mood: Mood,
    program: Program,
    kinds: Vec<Kind>,
}

fn program(random: &mut Random, operations: usize, mood: Mood) -> Program {
    let columns: Vec<Storage> = (0..1 + random.place(6)).map(|_| STORAGES[random.place(STORAGES.len())]).collect();
    let count = columns.len();
    let program = Program { columns, ..Program::default() };
    let mut draft = Draft { random, mood, program, kinds: Vec::new() };
    for column in 0..count {
        draft.push(Op::Column(column as u32));
    }
    while draft.program.ops.len() < count + operations.max(1) {
        // Where a kind is missing, a constant of it may come.
        let op = draft.operation().unwrap_or_else(|| Op::Constant(draft.constant()));
        draft.push(op);
    }
    draft.outputs()
}

impl Draft<'_> {
    fn push(&mut self, op: Op) {
        self.program.push(op);
        self.kinds = self.program.kinds().unwrap_or_default();
    }

    /// What gives values of that kind; rather what came last, so that programs get deep.
    fn any(&mut self, kind: Kind) -> Option<Reg> {
        let places: Vec<usize> = (0..self.kinds.len()).filter(|place| self.kinds[*place] == kind).collect();
        let back = self.random.place(places.len()).min(self.random.place(places.len()));
        places.len().checked_sub(back + 1).map(|place| Reg(places[place] as u32))
    }

    fn kind(&mut self) -> Kind {
        [Kind::Bool, Kind::Int, Kind::Float][self.random.place(3)]
    }

    fn used(&mut self) -> Option<Reg> {
        if self.random.below(3) == 0 { self.any(Kind::Bool) } else { None }
    }

    fn operation(&mut self) -> Option<Op> {
        use Kind::{Bool, Float, Int};
        Some(match self.random.below(26) {
            0..=3 => Op::Function(self.function(), self.any(Float)?),
            4..=8 => Op::Float(self.float_operator(), self.any(Float)?, self.any(Float)?),
            9..=11 => {
                Op::Int { op: self.int_operator(), left: self.any(Int)?, right: self.any(Int)?, used: self.used() }
            }
            12 => Op::Narrow { width: self.width(), of: self.any(Int)?, used: self.used() },
            13 | 14 => {
                let kind = self.kind();
                Op::Compare(self.comparison(), self.any(kind)?, self.any(kind)?)
            }
            15 => Op::And(self.any(Bool)?, self.any(Bool)?),
            16 => Op::Or(self.any(Bool)?, self.any(Bool)?),
            17 => Op::Not(self.any(Bool)?),
            18 => {
                let kind = self.kind();
                Op::IsNull(self.any(kind)?)
            }
            19 => {
                let kind = self.kind();
                Op::Coalesce(self.any(kind)?, self.any(kind)?)
            }
            20 | 21 => {
                let kind = self.kind();
                Op::Select(self.any(Bool)?, self.any(kind)?, self.any(kind)?)
            }
            22 => {
                let kind = [Int, Bool][self.random.place(2)];
                Op::ToFloat(self.any(kind)?)
            }
            23 => [Op::ToInt(self.any(Bool)?), Op::Whole(self.any(Float)?)][self.random.place(2)],
            24 => Op::IsFinite(self.any(Float)?),
            _ => Op::Constant(self.constant()),
        })
    }

    fn function(&mut self) -> FloatFunction {
        use FloatFunction::{Abs, Ceil, Exp, Floor, Ln, Log1p, Log10, Negate, Round, Sign, Sqrt};
        let digits = [0, 1, 2, 5, -1, -3, 20, 308, -308][self.random.place(9)];
        [Negate, Abs, Sign, Sqrt, Floor, Ceil, Round(digits), Exp, Ln, Log10, Log1p][self.random.place(11)]
    }

    fn float_operator(&mut self) -> FloatOperator {
        use FloatOperator::{Add, Divide, FloorDivide, Greatest, Least, Multiply, Power, Remainder, Subtract};
        [Add, Subtract, Multiply, Divide, FloorDivide, Remainder, Power, Least, Greatest][self.random.place(9)]
    }

    fn int_operator(&mut self) -> IntOperator {
        use IntOperator::{Add, FloorDivide, Greatest, Least, Multiply, Remainder, Subtract};
        [Add, Subtract, Multiply, FloorDivide, Remainder, Least, Greatest][self.random.place(7)]
    }

    fn comparison(&mut self) -> Comparison {
        use Comparison::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        [Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual][self.random.place(6)]
    }

    fn width(&mut self) -> Width {
        [Width::I8, Width::I16, Width::I32, Width::U8, Width::U16, Width::U32][self.random.place(6)]
    }

    fn constant(&mut self) -> Constant {
        let kind = self.kind();
        match kind {
            _ if self.random.below(6) == 0 => Constant::Null(kind),
            Kind::Bool => Constant::Bool(self.random.below(2) == 0),
            Kind::Int => Constant::Int(int(self.random, self.mood)),
            Kind::Float => Constant::Float(float(self.random, self.mood)),
        }
    }

    /// The program that gives what nothing else uses, and some of the rest.
    fn outputs(mut self) -> Program {
        let mut used = vec![false; self.kinds.len()];
        for operand in self.program.ops.iter().flat_map(Op::operands) {
            used[operand.place()] = true;
        }
        for (place, used) in used.into_iter().enumerate() {
            if used && self.random.below(12) > 0 {
                continue;
            }
            let storage = match (self.kinds[place], &self.program.ops[place]) {
                (Kind::Bool, _) => Storage::Bool,
                (Kind::Float, _) if self.random.below(4) == 0 => Storage::F32,
                (Kind::Float, _) => Storage::F64,
                (Kind::Int, Op::Narrow { width, .. }) => narrow(*width),
                (Kind::Int, _) => Storage::I64,
            };
            self.program.outputs.push((Reg(place as u32), storage));
        }
        self.program
    }
}

fn narrow(width: Width) -> Storage {
    match width {
        Width::I8 => Storage::I8,
        Width::I16 => Storage::I16,
        Width::I32 => Storage::I32,
        Width::U8 => Storage::U8,
        Width::U16 => Storage::U16,
        Width::U32 => Storage::U32,
    }
}

fn float(random: &mut Random, mood: Mood) -> f64 {
    match random.below(100) {
        percent if percent < mood.special => FLOATS[random.place(FLOATS.len())],
        percent if percent % 4 == 0 => random.below(40) as f64 - 20.0,
        percent if percent % 4 == 1 => random.uniform() * 1e6 - 5e5,
        _ => random.uniform() * 8.0 - 4.0,
    }
}

fn int(random: &mut Random, mood: Mood) -> i64 {
    if random.below(100) < mood.extreme { INTS[random.place(INTS.len())] } else { random.below(40) as i64 - 20 }
}

fn bits(random: &mut Random, rows: usize, ones: u64) -> (Vec<u8>, usize) {
    let offset = [0, 0, 1, 7, 8, 13, 70][random.place(7)];
    // A byte behind the last one, which must not matter.
    let bit = |_| (0..8).fold(0, |byte, bit| byte | u8::from(random.below(100) < ones) << bit);
    ((0..=(offset + rows).div_ceil(8)).map(bit).collect(), offset)
}

fn stored(random: &mut Random, storage: Storage, rows: usize, mood: Mood) -> Stored {
    let mut offset = 0;
    let whole = |random: &mut Random| int(random, mood);
    let values = match storage {
        Storage::Bool => {
            let (bytes, first) = bits(random, rows, 50);
            offset = first;
            OutputValues::Bool(bytes)
        }
        // Narrower integers wrap around, so that theirs at the edges come too.
        Storage::I8 => OutputValues::I8((0..rows).map(|_| whole(random) as i8).collect()),
        Storage::I16 => OutputValues::I16((0..rows).map(|_| whole(random) as i16).collect()),
        Storage::I32 => OutputValues::I32((0..rows).map(|_| whole(random) as i32).collect()),
        Storage::I64 => OutputValues::I64((0..rows).map(|_| whole(random)).collect()),
        Storage::U8 => OutputValues::U8((0..rows).map(|_| whole(random) as u8).collect()),
        Storage::U16 => OutputValues::U16((0..rows).map(|_| whole(random) as u16).collect()),
        Storage::U32 => OutputValues::U32((0..rows).map(|_| whole(random) as u32).collect()),
        Storage::F32 => OutputValues::F32((0..rows).map(|_| float(random, mood) as f32).collect()),
        Storage::F64 => OutputValues::F64((0..rows).map(|_| float(random, mood)).collect()),
    };
    let validity = match random.below(6) {
        0 => Some(bits(random, rows, 0)),
        1 => Some(bits(random, rows, 100)),
        2 | 3 => Some(bits(random, rows, 85)),
        _ => None,
    };
    Stored { values, offset, validity }
}

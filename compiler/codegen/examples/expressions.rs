//! Measures row expressions: nanoseconds a row on one thread by each backend, the best of so many runs, and how long a program takes to
//! be made ready. Holds the backends' results equal. Rows are given all at once, and in parts of 100,000 as a stream gives them: then memory for
//! results is used again.
//!
//!     expressions [ROWS] [RUNS]

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a measurement says what it found, or stops")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use gml_codegen::rows::math::Math;
use gml_codegen::rows::{
    Backend, Bits, Column, Comparison, Constant, Cranelift, FloatFunction, FloatOperator, IntOperator, Interpreter, Op,
    Program, Reg, Storage, Values,
};
use gml_codegen::testing::{Random, reference};
use gml_codegen::trees::Machine;

/// Columns `a` to `e` are floats, `f` floats some of which are missing, `i` and `j` integers.
const STORAGES: [Storage; 8] =
    [Storage::F64, Storage::F64, Storage::F64, Storage::F64, Storage::F64, Storage::F64, Storage::I64, Storage::I32];

struct Maker(Program);

impl Maker {
    fn new() -> Self {
        Self(Program { columns: STORAGES.to_vec(), ..Program::default() })
    }

    fn column(&mut self, name: char) -> Reg {
        let place = "abcdefij".find(name).expect("a column");
        self.0.push(Op::Column(place as u32))
    }

    fn number(&mut self, value: f64) -> Reg {
        self.0.push(Op::Constant(Constant::Float(value)))
    }

    fn float(&mut self, op: FloatOperator, a: Reg, b: Reg) -> Reg {
        self.0.push(Op::Float(op, a, b))
    }

    fn function(&mut self, function: FloatFunction, a: Reg) -> Reg {
        self.0.push(Op::Function(function, a))
    }

    fn done(mut self, output: Reg, storage: Storage) -> Arc<Program> {
        self.0.outputs.push((output, storage));
        Arc::new(self.0)
    }
}

fn programs() -> Vec<(&'static str, Arc<Program>)> {
    use FloatOperator::{Add, Divide, Multiply, Subtract};
    let heavy = || {
        let mut make = Maker::new();
        let [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(|name| make.column(name));
        let product = make.float(Multiply, a, b);
        let sum = make.float(Add, product, c);
        let log = make.function(FloatFunction::Log1p, sum);
        let minus = make.function(FloatFunction::Negate, d);
        let exp = make.function(FloatFunction::Exp, minus);
        let one = make.number(1.0);
        let below = make.float(Add, one, exp);
        let ratio = make.float(Divide, log, below);
        let zero = make.number(0.0);
        let positive = make.0.push(Op::Compare(Comparison::Greater, e, zero));
        let chosen = make.0.push(Op::Select(positive, a, b));
        let result = make.float(Add, ratio, chosen);
        make.done(result, Storage::F64)
    };
    let plain = || {
        let mut make = Maker::new();
        let [a, b, c] = ['a', 'b', 'c'].map(|name| make.column(name));
        let product = make.float(Multiply, a, b);
        let sum = make.float(Add, product, c);
        make.done(sum, Storage::F64)
    };
    let polynomial = || {
        let mut make = Maker::new();
        let a = make.column('a');
        let mut sum = make.number(0.25);
        for factor in [1.5, -0.75, 0.125, 3.0, -2.0, 0.5] {
            let factor = make.number(factor);
            let product = make.float(Multiply, sum, a);
            sum = make.float(Add, product, factor);
        }
        make.done(sum, Storage::F64)
    };
    let missing = || {
        let mut make = Maker::new();
        let [a, f] = ['a', 'f'].map(|name| make.column(name));
        let zero = make.number(0.0);
        let known = make.0.push(Op::Coalesce(f, zero));
        let difference = make.float(Subtract, a, known);
        let positive = make.0.push(Op::Compare(Comparison::Greater, difference, zero));
        let chosen = make.0.push(Op::Select(positive, difference, f));
        make.done(chosen, Storage::F64)
    };
    let whole = || {
        let mut make = Maker::new();
        let (i, j) = (make.column('i'), make.column('j'));
        let int = |op, left, right| Op::Int { op, left, right, used: None };
        let product = make.0.push(int(IntOperator::Multiply, i, j));
        let sum = make.0.push(int(IntOperator::Add, product, i));
        make.done(sum, Storage::I64)
    };
    let condition = || {
        let mut make = Maker::new();
        let [a, b, e] = ['a', 'b', 'e'].map(|name| make.column(name));
        let larger = make.0.push(Op::Compare(Comparison::Greater, a, b));
        let zero = make.number(0.0);
        let negative = make.0.push(Op::Compare(Comparison::Less, e, zero));
        let either = make.0.push(Op::Or(larger, negative));
        make.done(either, Storage::Bool)
    };
    vec![
        ("log1p(a*b+c) / (1 + exp(-d)) + (if e > 0 then a else b)", heavy()),
        ("a * b + c", plain()),
        ("a polynomial of a, six steps", polynomial()),
        ("if a - (f ?? 0) > 0 then a - (f ?? 0) else f, f lacks a tenth", missing()),
        ("i * j + i, of integers", whole()),
        ("a > b or e < 0", condition()),
    ]
}

/// Rows of a part.
const PART: usize = 100_000;

/// Some rows of a column.
fn part<'a>(column: &Column<'a>, start: usize, rows: usize) -> Column<'a> {
    let values = match column.values {
        Values::F64(values) => Values::F64(&values[start..start + rows]),
        Values::I64(values) => Values::I64(&values[start..start + rows]),
        Values::I32(values) => Values::I32(&values[start..start + rows]),
        other => other,
    };
    let validity = column.validity.map(|bits| Bits { bytes: bits.bytes, offset: bits.offset + start });
    Column { values, validity }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let rows: usize = args.next().map_or(10_000_000, |rows| rows.parse().expect("a number of rows"));
    let runs: usize = args.next().map_or(5, |runs| runs.parse().expect("a number of runs"));
    let mut random = Random::new(1);
    let mut uniform = |low: f64, high: f64| -> Vec<f64> {
        (0..rows).map(|_| low + random.below(1 << 31) as f64 / (1_u64 << 31) as f64 * (high - low)).collect()
    };
    let floats: Vec<Vec<f64>> = [(0.0, 2.0), (0.0, 3.0), (0.0, 1.0), (-4.0, 4.0), (-1.0, 1.0), (-1.0, 1.0)]
        .map(|(low, high)| uniform(low, high))
        .into();
    let ints: Vec<i64> = (0..rows).map(|_| random.below(100_000) as i64 - 50_000).collect();
    let narrow: Vec<i32> = (0..rows).map(|_| random.below(1000) as i32).collect();
    let known: Vec<u8> = (0..rows.div_ceil(8))
        .map(|_| (0..8).fold(0, |byte, bit| byte | u8::from(random.below(10) > 0) << bit))
        .collect();
    let mut columns: Vec<Column<'_>> =
        floats.iter().map(|values| Column { values: Values::F64(values), validity: None }).collect();
    columns[5].validity = Some(Bits { bytes: &known, offset: 0 });
    columns.push(Column { values: Values::I64(&ints), validity: None });
    columns.push(Column { values: Values::I32(&narrow), validity: None });

    let machine = Machine::detect();
    let routines = Math::of(machine).routines().map(|(_, routine)| routine.name);
    println!("{rows} rows, best of {runs} runs, {machine:?}, functions by {routines:?}");
    let backends: Vec<Box<dyn Backend>> = vec![
        Box::new(Interpreter::default()),
        Box::new(Cranelift),
        #[cfg(feature = "llvm")]
        Box::new(gml_codegen::rows::Llvm::default()),
    ];
    for (name, program) in programs() {
        println!("{name}");
        let mut due = None;
        for backend in &backends {
            let start = Instant::now();
            let kernel = backend.prepare(&program).expect("the program is ready");
            let ready = start.elapsed();
            let (mut whole, mut parts) = (f64::INFINITY, f64::INFINITY);
            for _ in 0..runs {
                let start = Instant::now();
                let found = black_box(kernel.run(&columns, rows));
                whole = whole.min(start.elapsed().as_nanos() as f64 / rows as f64);
                let same = due.get_or_insert_with(|| found.clone());
                let difference = reference::difference(same, &found, rows, 0);
                assert!(difference.is_none(), "{difference:?}");
                let start = Instant::now();
                for first in (0..rows).step_by(PART) {
                    let count = PART.min(rows - first);
                    let columns: Vec<Column<'_>> = columns.iter().map(|column| part(column, first, count)).collect();
                    let _ = black_box(kernel.run(&columns, count));
                }
                parts = parts.min(start.elapsed().as_nanos() as f64 / rows as f64);
            }
            let (name, ready) = (backend.name(), ready.as_nanos() as f64 / 1e3);
            println!("  {name:<12} {whole:>6.2} ns a row, {parts:>6.2} in parts, ready in {ready:>7.1} us");
        }
    }
}

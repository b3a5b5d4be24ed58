//! Measures scores of a model of LightGBM, ours against LightGBM's C interface, and holds them equal to the last bit.
//!
//!     trees LIBRARY MODEL ROWS [RUNS]
//!
//! LIBRARY is `lib_lightgbm.so`, MODEL its text, ROWS the rows as 64-bit floats, row after row. Nanoseconds a row on one thread,
//! the best of so many runs: `batch` all rows at once, `single` one call a row (LightGBM's fast path for that).
//! `tests/bench/trees.py` makes the models and calls this.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    unsafe_code,
    reason = "a measurement says what it found, or stops"
)]

use std::ffi::{CString, c_char, c_int, c_void};
use std::hint::black_box;
use std::ptr;
use std::sync::Arc;
use std::time::Instant;

use gml_codegen::testing::nanoseconds;
use gml_codegen::trees::{Ensemble, Layout, Machine, Matrix, Order, Scorer, Session};

const FLOAT64: c_int = 1;
const ROW_MAJOR: c_int = 1;
const RAW_SCORE: c_int = 1;

type Handle = *mut c_void;
type Log = extern "C" fn(*const c_char);
type PredictMatrix = unsafe extern "C" fn(
    Handle,
    *const c_void,
    c_int,
    i32,
    i32,
    c_int,
    c_int,
    c_int,
    c_int,
    *const c_char,
    *mut i64,
    *mut f64,
) -> c_int;
type FastInit = unsafe extern "C" fn(Handle, c_int, c_int, c_int, c_int, i32, *const c_char, *mut Handle) -> c_int;
type FastPredict = unsafe extern "C" fn(Handle, *const c_void, *mut i64, *mut f64) -> c_int;

extern "C" fn silence(_: *const c_char) {}

struct LightGbm {
    library: libloading::Library,
    booster: Handle,
}

impl LightGbm {
    fn load(path: &str, text: &str) -> Self {
        // SAFETY: the file is LightGBM's library, and the signatures are those of its header (4.7.0).
        unsafe {
            let library = libloading::Library::new(path).expect("the library opens");
            let log: libloading::Symbol<'_, unsafe extern "C" fn(Log) -> c_int> =
                library.get(c"LGBM_RegisterLogCallback").expect("a function of LightGBM");
            log(silence);
            let load: libloading::Symbol<'_, unsafe extern "C" fn(*const c_char, *mut c_int, *mut Handle) -> c_int> =
                library.get(c"LGBM_BoosterLoadModelFromString").expect("a function of LightGBM");
            let (mut rounds, mut booster) = (0, ptr::null_mut());
            let text = CString::new(text).expect("a model has no NUL");
            assert_eq!(load(text.as_ptr(), &mut rounds, &mut booster), 0, "LightGBM loads the model");
            Self { library, booster }
        }
    }

    fn predict(&self, values: &[f64], rows: usize, columns: usize, into: &mut [f64]) {
        let parameters = c"num_threads=1 verbosity=-1";
        let mut length = 0;
        // SAFETY: `values` holds rows times columns, and `into` what LightGBM gives.
        unsafe {
            let predict: libloading::Symbol<'_, PredictMatrix> =
                self.library.get(c"LGBM_BoosterPredictForMat").expect("a function of LightGBM");
            let (rows, columns) = (rows as i32, columns as i32);
            let status = predict(
                self.booster,
                values.as_ptr().cast(),
                FLOAT64,
                rows,
                columns,
                ROW_MAJOR,
                RAW_SCORE,
                0,
                -1,
                parameters.as_ptr(),
                &mut length,
                into.as_mut_ptr(),
            );
            assert_eq!(status, 0, "LightGBM predicts");
        }
    }

    fn predict_one_by_one(&self, values: &[f64], columns: usize, outputs: usize, into: &mut [f64]) {
        let parameters = c"num_threads=1 verbosity=-1";
        // SAFETY: as above, a row at a time.
        unsafe {
            let init: libloading::Symbol<'_, FastInit> =
                self.library.get(c"LGBM_BoosterPredictForMatSingleRowFastInit").expect("a function of LightGBM");
            let predict: libloading::Symbol<'_, FastPredict> =
                self.library.get(c"LGBM_BoosterPredictForMatSingleRowFast").expect("a function of LightGBM");
            let mut fast = ptr::null_mut();
            let status = init(self.booster, RAW_SCORE, 0, -1, FLOAT64, columns as i32, parameters.as_ptr(), &mut fast);
            assert_eq!(status, 0, "LightGBM predicts");
            for (row, into) in values.chunks_exact(columns).zip(into.chunks_exact_mut(outputs)) {
                let mut length = 0;
                predict(fast, row.as_ptr().cast(), &mut length, into.as_mut_ptr());
            }
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, model, rows, rest @ ..] = &arguments[..] else {
        println!("trees LIBRARY MODEL ROWS [RUNS]");
        return;
    };
    let runs = rest.first().map_or(5, |runs| runs.parse().expect("a number of runs"));
    let text = std::fs::read_to_string(model).expect("the model is there");
    let values: Vec<f64> = std::fs::read(rows)
        .expect("the rows are there")
        .as_chunks::<8>()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect();
    let started = Instant::now();
    let ensemble = Ensemble::from_lightgbm(&text).expect("the model is read");
    let read = started.elapsed();
    let (columns, outputs, trees) = (ensemble.features, ensemble.outputs, ensemble.trees.len());
    let count = values.len() / columns;
    let started = Instant::now();
    let scorer = Arc::new(Scorer::new(ensemble.clone()).expect("the model is sound"));
    println!(
        "{model}: {trees} trees, {columns} features, {outputs} outputs, {count} rows; machine {:?}; read {read:?}, made ready {:?}",
        Machine::detect(),
        started.elapsed()
    );
    let theirs = LightGbm::load(library, &text);
    let mut expected = vec![0.0; count * outputs];
    let batch = nanoseconds(runs, count, || theirs.predict(&values, count, columns, &mut expected));
    let some = count.min(5000);
    let mut found = vec![0.0; some * outputs];
    let few = &values[..some * columns];
    let single = nanoseconds(runs, some, || theirs.predict_one_by_one(few, columns, outputs, &mut found));
    println!("lightgbm            batch {batch:9.1} ns   single {single:9.1} ns");
    for machine in [Machine::Portable, Machine::Avx2, Machine::Avx512, Machine::Avx512Vbmi] {
        if machine > Machine::detect() {
            continue;
        }
        let scorer = Arc::new(Scorer::for_machine(ensemble.clone(), machine).expect("the model is sound"));
        let mut session = Session::new(Arc::clone(&scorer));
        for layout in Layout::ALL {
            let skipped = layout == Layout::Interpreter && machine != Machine::Portable;
            if skipped || !scorer.has(layout) {
                continue;
            }
            let mut line = format!("{:8} {:11}", format!("{machine:?}"), layout.name());
            for size in [count, 1, 8, 16, 32, 64, 128] {
                let (rows, runs) = if size == count { (count, runs) } else { (some.min(2048) / size * size, runs) };
                let rows = if layout == Layout::Interpreter { rows.min(5000) } else { rows };
                let size = size.min(rows);
                let mut found = vec![0.0; rows * outputs];
                let time = nanoseconds(runs, rows, || {
                    for (part, into) in values[..rows * columns]
                        .chunks_exact(size * columns)
                        .zip(found.chunks_exact_mut(size * outputs))
                    {
                        let matrix = Matrix::new(part, size, columns, Order::Rows).expect("a matrix");
                        session.raw_by(layout, black_box(&matrix), into).expect("it fits");
                    }
                });
                let equal = found.iter().zip(&expected).all(|(one, other)| one.to_bits() == other.to_bits());
                assert!(equal, "{layout:?} on {machine:?} in parts of {size} differs from LightGBM");
                let label = if size == count { "batch".to_owned() } else { format!("by {size}") };
                line.push_str(&format!("  {label} {time:.0}"));
                if size == count {
                    line.push_str(&format!(" ({:.1}x)", batch / time));
                } else if size == 1 {
                    line.push_str(&format!(" ({:.1}x)", single / time));
                }
            }
            println!("{line}");
        }
    }
    let mut session = Session::new(scorer);
    let mut found = vec![0.0; some * outputs];
    let ours = nanoseconds(runs, some, || {
        for (row, into) in few.chunks_exact(columns).zip(found.chunks_exact_mut(outputs)) {
            session.raw_row(black_box(row), into).expect("it fits");
        }
    });
    println!("ours, one row a call           single {ours:9.1} ns   {:.1} times LightGBM", single / ours);
}

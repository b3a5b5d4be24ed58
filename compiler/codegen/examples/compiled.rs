//! Measures scores of a model of LightGBM that was compiled to a shared library, called as C does, against those of the same process,
//! and holds them equal to the last bit.
//!
//!     compiled MODEL ROWS [RUNS]
//!
//! MODEL is LightGBM's text, ROWS the rows as 64-bit floats, row after row. Nanoseconds a row on one thread, the best of so many runs:
//! `batch` all rows at once, `single` one call a row. `tests/bench/trees.py` makes the models and calls this.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    unsafe_code,
    reason = "a measurement says what it found, or stops"
)]

use std::ffi::c_int;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use gml_codegen::object::{Column, Facts, Holds, Learner, Model, Part, Pool, compile};
use gml_codegen::testing::nanoseconds;
use gml_codegen::trees::{Ensemble, Matrix, Order, Scorer, Session};

type Score = unsafe extern "C" fn(*const f64, usize, *mut f64) -> c_int;

/// The model as it is, without a recipe: a column for each feature.
fn plain(ensemble: Ensemble) -> Model {
    let column = |feature: usize| Column { name: format!("f{feature}"), holds: Holds::Float, nullable: true };
    Model {
        columns: (0..ensemble.features).map(column).collect(),
        texts: Vec::new(),
        counts: Vec::new(),
        operations: Vec::new(),
        outputs: (0..ensemble.outputs).map(|output| format!("score_{output}")).collect(),
        parts: vec![Part { features: (0..ensemble.features).collect(), learner: Learner::Trees(ensemble) }],
        pool: Pool::Alone,
        classes: Vec::new(),
        curves: Vec::new(),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, rows, rest @ ..] = &arguments[..] else {
        println!("compiled MODEL ROWS [RUNS]");
        return;
    };
    let runs = rest.first().map_or(5, |runs| runs.parse().expect("a number of runs"));
    let text = std::fs::read_to_string(model).expect("the model is there");
    let bytes = std::fs::read(rows).expect("the rows are there");
    let values: Vec<f64> = bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let ensemble = Ensemble::from_lightgbm(&text).expect("the model is read");
    let (columns, outputs) = (ensemble.features, ensemble.outputs);
    let count = values.len() / columns;
    let started = Instant::now();
    let facts = Facts { name: "forest".into(), version: String::new(), about: Vec::new() };
    let compiled = compile(&plain(ensemble.clone()), &facts).expect("the model is compiled");
    let taken = started.elapsed();
    let folder = std::env::temp_dir().join(format!("gml-compiled-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("forest.o"), &compiled.object).expect("the object file can be written");
    let mut linker = Command::new("cc");
    linker.args(["-shared", "-o", "libforest.so", "forest.o", "-lm"]).current_dir(&folder);
    assert!(linker.status().expect("there is a C compiler").success(), "the library is linked");
    // SAFETY: the library was made here, and the function has that type by its header.
    let library = unsafe { libloading::Library::new(folder.join("libforest.so")) }.expect("the library opens");
    // SAFETY: as above.
    let score: libloading::Symbol<'_, Score> = unsafe { library.get(b"forest_score") }.expect("the library scores");
    println!("compiled in {taken:?}, {} KiB", compiled.object.len() >> 10);
    let mut session = Session::new(Arc::new(Scorer::new(ensemble).expect("the model is sound")));
    let few = count.min(5000);
    for (label, rows, size) in [("batch", count, count), ("single", few, 1), ("by 8", few / 8 * 8, 8)] {
        let values = &values[..rows * columns];
        let (mut ours, mut theirs) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
        let parts = || values.chunks_exact(size * columns);
        let of_library = nanoseconds(runs, rows, || {
            for (part, into) in parts().zip(theirs.chunks_exact_mut(size * outputs)) {
                // SAFETY: there are as many rows, and as much room for scores.
                unsafe { score(black_box(part).as_ptr(), size, into.as_mut_ptr()) };
            }
        });
        let of_session = nanoseconds(runs, rows, || {
            for (part, into) in parts().zip(ours.chunks_exact_mut(size * outputs)) {
                let matrix = Matrix::new(black_box(part), size, columns, Order::Rows).expect("a matrix");
                session.predict(&matrix, into).expect("it fits");
            }
        });
        let equal = ours.iter().zip(&theirs).all(|(one, other)| one.to_bits() == other.to_bits());
        assert!(equal, "the library and the process differ");
        println!(
            "library {label:7} {of_library:9.1} ns   in process {of_session:9.1} ns   ({:.1}x)",
            of_library / of_session
        );
    }
    drop(library);
    let _ = std::fs::remove_dir_all(folder);
}

//! A model as a loaded library.

use std::ffi::{CStr, c_char, c_int};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use gml_codegen::object::{Change, Column, Facts, Holds, Learner, Linear, Link, Model, Operation, Part, Pool, compile};
use libloading::Library;

/// A library in a folder of its own, which goes with it.
pub struct Built {
    pub folder: PathBuf,
    library: Option<Library>,
    columns: usize,
    texts: usize,
    outputs: usize,
}

/// `struct model_text`
#[repr(C)]
struct Text {
    start: *const c_char,
    length: usize,
}

type ScoreTexts = unsafe extern "C" fn(*const f64, *const Text, usize, *mut f64) -> c_int;
type Score = unsafe extern "C" fn(*const f64, usize, *mut f64) -> c_int;
type Category = unsafe extern "C" fn(c_int, *const c_char, usize) -> f64;
type Name = unsafe extern "C" fn(usize) -> *const c_char;

static FOLDERS: AtomicUsize = AtomicUsize::new(0);

impl Built {
    pub fn of(model: &Model) -> Self {
        let facts =
            Facts { name: "model".into(), version: "test 1".into(), about: vec!["learned by */ a test".into()] };
        let compiled = compile(model, &facts).unwrap();
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("gml-object-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("model.o"), &compiled.object).unwrap();
        std::fs::write(folder.join("model.h"), &compiled.header).unwrap();
        let mut linker = Command::new("cc");
        linker.args([
            "-shared",
            "-Wl,-z,defs",
            "-Wl,-z,text",
            "-Wl,--as-needed",
            "-o",
            "libmodel.so",
            "model.o",
            "-lm",
        ]);
        run(linker.current_dir(&folder));
        // SAFETY: the library has no initialisers.
        let library = unsafe { Library::new(folder.join("libmodel.so")) }.unwrap();
        let (columns, texts, outputs) = (model.columns.len(), model.texts.len(), model.outputs.len());
        Self { folder, library: Some(library), columns, texts, outputs }
    }

    fn library(&self) -> &Library {
        self.library.as_ref().unwrap()
    }

    /// What it says of rows; room beyond them is left alone.
    pub fn score(&self, rows: &[f64]) -> Vec<f64> {
        assert_eq!(rows.len() % self.columns, 0);
        let count = rows.len() / self.columns;
        let mut scores = vec![12345.0; (count + 1) * self.outputs];
        // SAFETY: the type is the header's, and there is room for all rows.
        let told = unsafe {
            let score = self.library().get::<Score>(b"model_score").unwrap();
            score(rows.as_ptr(), count, scores.as_mut_ptr())
        };
        assert_eq!(told, 0);
        assert!(
            scores.split_off(count * self.outputs).iter().all(|score| *score == 12345.0),
            "written beyond the rows"
        );
        scores
    }

    /// What it says of rows that have texts.
    pub fn score_texts(&self, rows: &[f64], texts: &[Option<&[u8]>]) -> Vec<f64> {
        assert_eq!((texts.len() % self.texts, rows.len()), (0, texts.len() / self.texts * self.columns));
        let count = texts.len() / self.texts;
        // Each text ends where memory does, as far as anybody can tell.
        let texts: Vec<Option<Box<[u8]>>> = texts.iter().map(|text| text.map(Box::from)).collect();
        let given = texts.iter().map(|text| match text {
            Some(text) => Text { start: text.as_ptr().cast(), length: text.len() },
            None => Text { start: std::ptr::null(), length: 7 },
        });
        let given: Vec<Text> = given.collect();
        let mut scores = vec![0.0; count * self.outputs];
        // SAFETY: the types are the header's, there are texts for all rows, and there is room for all scores.
        let (told, without) = unsafe {
            let score = self.library().get::<ScoreTexts>(b"model_score_texts").unwrap();
            let without = self.library().get::<Score>(b"model_score").unwrap();
            let told = score(rows.as_ptr(), given.as_ptr(), count, scores.as_mut_ptr());
            (told, without(rows.as_ptr(), count, std::ptr::null_mut()))
        };
        assert_eq!((told, without), (0, 2));
        scores
    }

    pub fn category(&self, column: c_int, text: Option<&str>) -> f64 {
        let (start, length) = text.map_or((std::ptr::null(), 5), |text| (text.as_ptr().cast(), text.len()));
        // SAFETY: the type is the header's, and the text has that length.
        unsafe { self.library().get::<Category>(b"model_category").unwrap()(column, start, length) }
    }

    pub fn name(&self, function: &str, place: usize) -> Option<String> {
        // SAFETY: the type is the header's, and the text is one of the library, which outlives this.
        unsafe {
            let text = self.library().get::<Name>(function.as_bytes()).unwrap()(place);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_str().unwrap().to_owned())
        }
    }

    pub fn refuses_null(&self) -> bool {
        let room = [0.0; 8];
        // SAFETY: it is to look at neither where one is null.
        unsafe {
            let score = self.library().get::<Score>(b"model_score").unwrap();
            let mut into = room;
            let with_texts = self.library().get::<ScoreTexts>(b"model_score_texts").unwrap();
            with_texts(std::ptr::null(), std::ptr::null(), 1, into.as_mut_ptr()) == 1
                && with_texts(room.as_ptr(), std::ptr::null(), 1, std::ptr::null_mut()) == 1
                && score(std::ptr::null(), 1, into.as_mut_ptr()) == 1
                && score(room.as_ptr(), 1, std::ptr::null_mut()) == 1
                && score(std::ptr::null(), 0, std::ptr::null_mut()) == 0
        }
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        self.library = None;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs a command that has to succeed; what it wrote.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{command:?}: {out}{err}");
    out.into_owned()
}

pub fn float(name: &str, nullable: bool) -> Column {
    Column { name: name.into(), holds: Holds::Float, nullable }
}

/// A model that says what operations make of a row: each feature is a sum by itself.
pub fn seen(columns: Vec<Column>, operations: Vec<Operation>, features: Vec<usize>) -> Model {
    let width = features.len();
    let sum = |own: usize| {
        let weight = |place| if place == own { 1.0 } else { 0.0 };
        // A feature that is not a number would make all sums such: each model looks at one.
        Linear { base: -0.0, terms: (0..width).map(|place| (weight(place), 0.0)).collect() }
    };
    let outputs = (0..width).map(|place| format!("made_{place}")).collect();
    Model {
        columns,
        texts: Vec::new(),
        counts: Vec::new(),
        operations,
        parts: vec![Part { features, learner: Learner::Linear((0..width).map(sum).collect(), Link::Identity) }],
        pool: Pool::Alone,
        classes: Vec::new(),
        curves: Vec::new(),
        outputs,
    }
}

pub fn operation(of: usize, change: Change) -> Operation {
    Operation { of, change }
}

/// Equal bits, whatever the form of what is no number.
pub fn same(one: f64, two: f64) -> bool {
    one.to_bits() == two.to_bits() || one.is_nan() && two.is_nan()
}

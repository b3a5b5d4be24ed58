//! The right programs, and what the checker says of texts made of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use gml_analysis::{Analysis, MemoryWorld, check};
use gml_diagnostics::Span;

/// A program: its files by name, `main.gml` among them.
pub type Files = BTreeMap<String, String>;

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The programs of the corpus and the blueprints, by name.
pub fn programs() -> BTreeMap<String, Files> {
    let mut programs = BTreeMap::new();
    for path in entries(&repository().join("tests/corpus/programs")) {
        let files = if path.is_dir() { project(&path) } else { Files::from([("main.gml".to_owned(), text(&path))]) };
        programs.insert(stem(&path), files);
    }
    for path in entries(&repository().join("blueprints")).into_iter().filter(|path| path.is_dir()) {
        programs.insert(stem(&path), project(&path));
    }
    programs
}

fn project(folder: &Path) -> Files {
    let sources =
        entries(folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "gml"));
    sources.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), text(&path))).collect()
}

/// What lies in a folder, in order.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The text of a file.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()))
}

/// The name of a file without its extension.
pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// One thing that the checker says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The file.
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// `GML0301`
    pub code: &'static str,
    /// Whether it keeps the program from being run.
    pub is_error: bool,
    /// What it says.
    pub message: String,
    /// File and line of each place that it shows, its own first.
    pub places: Vec<(String, usize)>,
}

impl Said {
    /// Whether one of its places is on the lines of a file.
    pub fn shows(&self, file: &str, lines: &RangeInclusive<usize>) -> bool {
        self.places.iter().any(|(of, line)| of == file && lines.contains(line))
    }
}

/// All that the checker says of a program.
pub fn said_of(files: &Files) -> Vec<Said> {
    let world = MemoryWorld::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let Analysis { package, diagnostics, .. } = check(&world, "main.gml");
    let place =
        |span: Span| (package.sources.path(span.file).to_owned(), package.sources.line_column(span.file, span.start).0);
    let said = diagnostics.iter().map(|found| {
        let (file, line) = place(found.span);
        let labels = found.labels.iter().map(|label| place(label.span));
        Said {
            places: std::iter::once((file.clone(), line)).chain(labels).collect(),
            file,
            line,
            code: found.code.id(),
            is_error: found.is_error(),
            message: found.message.clone(),
        }
    });
    said.collect()
}

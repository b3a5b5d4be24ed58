//! Which program a file belongs to, and what is known of the programs that are open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_analysis::{Analysis, ReadError, SOURCE_LIMIT, Session, World};
use gml_diagnostics::FileId;
use gml_ide::{Edit, Source};

use super::documents::Documents;
use crate::world::FolderWorld;

/// A program: a folder and the path of its main file in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Program {
    /// The folder that paths of the program are relative to.
    pub root: PathBuf,
    /// The main file.
    pub main: String,
}

impl Program {
    /// The path of a file of the program in its folder.
    pub fn inner(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(&self.root).ok()?;
        Some(inner.to_str()?.replace('\\', "/"))
    }

    /// A file of the program.
    pub fn outer(&self, inner: &str) -> PathBuf {
        self.root.join(inner)
    }

    /// A file that stands for itself.
    fn of_file(path: &Path) -> Option<Self> {
        let main = path.file_name()?.to_str()?.to_owned();
        Some(Self { root: path.parent().unwrap_or(Path::new("")).to_owned(), main })
    }
}

/// The files of a program: buffers where there are some, else what is on disk.
pub(super) struct Buffers<'d> {
    pub root: &'d Path,
    pub documents: &'d Documents,
}

impl World for Buffers<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let file = self.root.join(path);
        match self.documents.get(&file) {
            Some(document) if document.text.len() as u64 > SOURCE_LIMIT => {
                Err(ReadError::TooLarge { bytes: document.text.len() as u64 })
            }
            Some(document) => Ok(document.text.clone()),
            None => FolderWorld.read(file.to_str().ok_or(ReadError::NotFound)?),
        }
    }

    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        Some(self.read(path))
    }

    fn modules_in(&self, folder: &str) -> Vec<String> {
        let folder = self.root.join(folder);
        let inner = |path: &Path| path.strip_prefix(self.root).ok()?.to_str().map(|path| path.replace('\\', "/"));
        let on_disk = folder.to_str().map(|folder| FolderWorld.modules_in(folder)).unwrap_or_default();
        let mut names: Vec<String> = on_disk.iter().filter_map(|path| inner(Path::new(path))).collect();
        let unsaved = self.documents.paths().filter(|path| path.parent() == Some(folder.as_path()));
        names.extend(
            unsaved.filter(|path| path.extension().is_some_and(|it| it == "gml")).filter_map(|path| inner(path)),
        );
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// What is known of a program: its files as they were read, and what they say unless one of them has changed since.
#[derive(Debug, Default)]
struct Known {
    session: Session,
    analysis: Option<Arc<Analysis>>,
    /// All fixes of a file at once, as long as the analysis is: editors ask for them wherever the cursor goes.
    fixes: Option<(FileId, Vec<Edit>)>,
}

/// The programs that are open.
#[derive(Debug, Default)]
pub(super) struct Projects {
    known: BTreeMap<Program, Known>,
}

impl Projects {
    /// What is known of a program, up to date.
    pub fn analysis(&mut self, program: &Program, documents: &Documents) -> Arc<Analysis> {
        let known = self.known.entry(program.clone()).or_default();
        if let Some(analysis) = &known.analysis {
            return analysis.clone();
        }
        let world = Buffers { root: &program.root, documents };
        let analysis = Arc::new(known.session.check(&world, &program.main));
        known.analysis = Some(analysis.clone());
        analysis
    }

    /// The edits that make all safe fixes of a file of a program, of which `analysis` is what is known.
    pub fn fixes(&mut self, program: &Program, analysis: &Analysis, file: FileId, documents: &Documents) -> Vec<Edit> {
        let known = self.known.entry(program.clone()).or_default();
        if let Some((at, edits)) = &known.fixes
            && *at == file
        {
            return edits.clone();
        }
        let world = Buffers { root: &program.root, documents };
        let source = Source { world: &world, main: &program.main, package: &analysis.package };
        let edits = gml_ide::fix_all(source, &analysis.diagnostics, file);
        known.fixes = Some((file, edits.clone()));
        edits
    }

    /// A file has changed: what is known of the programs that it may be part of is old.
    pub fn changed(&mut self, path: &Path) {
        for (program, known) in &mut self.known {
            if path.starts_with(&program.root) {
                known.analysis = None;
                known.fixes = None;
            }
        }
    }

    /// The program that a file belongs to: the `main.gml` of the nearest folder above whose program has it, else the file
    /// itself.
    pub fn program_of(&mut self, path: &Path, documents: &Documents) -> Option<Program> {
        let is_there = |main: &Path| documents.get(main).is_some() || main.is_file();
        for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            if !is_there(&folder.join("main.gml")) {
                continue;
            }
            let program = Program { root: folder.to_owned(), main: "main.gml".to_owned() };
            let inner = program.inner(path)?;
            if self.analysis(&program, documents).package.sources.find(&inner).is_some() {
                return Some(program);
            }
        }
        Program::of_file(path)
    }

    /// Forgets programs that no open file is part of.
    pub fn keep(&mut self, wanted: &[Program]) {
        self.known.retain(|program, _| wanted.contains(program));
    }
}

/// The file of a program that lies at `path`.
pub(super) fn file_of(program: &Program, analysis: &Analysis, path: &Path) -> Option<FileId> {
    let file = analysis.package.sources.find(&program.inner(path)?)?;
    // Only files of the project: the names of the library's files are no paths in it.
    analysis.package.modules.iter().any(|module| module.file == file && !module.is_std).then_some(file)
}

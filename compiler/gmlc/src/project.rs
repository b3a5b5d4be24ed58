//! Which program a command is about.

use std::path::{Path, PathBuf};

use gml_analysis::Analysis;
use gml_diagnostics::Diagnostic;

use crate::world::FolderWorld;

/// A program on this machine.
#[derive(Debug)]
pub struct Project {
    /// Its main file, as messages name it.
    pub main: String,
    /// The folder that relative paths of data start from.
    pub folder: PathBuf,
}

impl Project {
    /// The program at a path: a `.gml` file, or a folder with a `main.gml`.
    ///
    /// # Errors
    /// A message for the user where there is no such program.
    pub fn at(path: &Path) -> Result<Self, String> {
        let main = if path.is_dir() { path.join("main.gml") } else { path.to_path_buf() };
        if !main.exists() {
            let shown = path.display();
            return Err(if path.is_dir() {
                format!("the folder {shown} has no main.gml; name a .gml file or a folder that has one")
            } else {
                format!("there is no file {shown}; name a .gml file or a folder with a main.gml")
            });
        }
        let folder = match main.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let main = main.strip_prefix("./").unwrap_or(&main);
        let Some(main) = main.to_str() else {
            return Err(format!("the path {} is not text in UTF-8, which gmlc cannot show", main.display()));
        };
        Ok(Self { main: main.to_owned(), folder })
    }

    /// The project that a source file may be a module of: that of the nearest `main.gml` above it.
    pub fn around(file: &Path) -> Option<Self> {
        let named = file.parent()?.ancestors().map(Path::to_path_buf);
        // A path that begins here does not tell of the folders above this one.
        let above_here = match file.is_relative() {
            true => std::env::current_dir().map_or(0, |here| here.ancestors().skip(1).count()),
            false => 0,
        };
        let above = (1..=above_here).map(|levels| std::iter::repeat_n("..", levels).collect::<PathBuf>());
        let main = named.chain(above).map(|folder| folder.join("main.gml")).find(|main| main.is_file())?;
        Self::at(&main).ok()
    }

    /// What tells it from others, however its path is written.
    pub fn identity(&self) -> PathBuf {
        Path::new(&self.main).canonicalize().unwrap_or_else(|_| PathBuf::from(&self.main))
    }

    /// The name of its main file, where that is not the one that a folder is a project by.
    pub fn own_main(&self) -> Option<String> {
        let name = Path::new(&self.main).file_name()?.to_str()?;
        (name != "main.gml").then(|| name.to_owned())
    }

    /// Reads and checks it.
    pub fn check(&self) -> Analysis {
        gml_analysis::check(&FolderWorld, &self.main)
    }
}

/// Whether any of the diagnostics is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

//! Where the rows of a table dataset lie: files of this machine, some of them copies of what lies elsewhere, with what
//! is known of their rows from elsewhere than the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_ir::{Column, Dataset, Row, Value};

use super::verified::Verified;
use super::version::path_to_read;
use super::{partitions, path_of, row_of};
use crate::afar::{self, Which};
use crate::{Fault, database, paths};

/// How files of a dataset are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Lines,
    Parquet,
    Ipc,
    Excel,
    Pictures,
}

/// The files of a dataset.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub(super) format: Format,
    pub(super) files: Vec<Source>,
    /// What tells the content beside the files: what the log of a table says.
    pub(super) beside: Vec<PathBuf>,
    /// The columns of the row as the files have them, where that is not as the program has them.
    pub(super) stored: Option<Row>,
}

/// A file.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// What messages call it, where it is a copy.
    pub(super) name: Option<String>,
    /// Columns that are the same in all of its rows and not in the file.
    pub(super) constants: Vec<partitions::Constant>,
    /// Rows of the file that are no rows of the table any more, in their order.
    pub(super) deleted: Arc<[u64]>,
}

impl Source {
    fn of(path: PathBuf) -> Self {
        Self { path, ..Self::default() }
    }
}

impl Format {
    fn of(dataset: &Dataset) -> Result<Self, Fault> {
        Ok(match &*dataset.connector.name {
            "csv" => Self::Csv,
            "jsonl" => Self::Lines,
            "parquet" | "delta" | "query" | "sql_table" => Self::Parquet,
            "ipc" => Self::Ipc,
            "excel" => Self::Excel,
            "images" => Self::Pictures,
            other => return Err(super::unknown(dataset, other)),
        })
    }
}

/// The names of the columns that stand in the names of folders.
pub(super) fn partitioned_by(dataset: &Dataset) -> Vec<Arc<str>> {
    match dataset.connector.get("partitioned_by") {
        Some(Value::List(names)) => names.iter().filter_map(Value::as_str).map(Arc::from).collect(),
        _ => Vec::new(),
    }
}

/// Whether a dataset is kept in a store or a database, not in files of this machine.
pub fn is_elsewhere(dataset: &Dataset) -> bool {
    !is_here(dataset)
}

/// Whether the rows of a dataset are in files of this machine, which can be looked at again at any time.
pub(super) fn is_here(dataset: &Dataset) -> bool {
    match &*dataset.connector.name {
        "query" | "sql_table" => false,
        _ => !path_of(dataset).is_ok_and(afar::is_afar),
    }
}

/// The files of a dataset. What lies elsewhere is asked for once in a run, so that all of it sees the same.
///
/// # Errors
/// Where there are none, or what lies elsewhere is not given.
pub(super) fn of(dataset: &Dataset, project: &Path, known: &Verified) -> Result<Arc<Sources>, Fault> {
    if is_here(dataset) {
        return found(dataset, project).map(Arc::new);
    }
    known.asked(dataset, || found(dataset, project))
}

fn found(dataset: &Dataset, project: &Path) -> Result<Sources, Fault> {
    let format = Format::of(dataset)?;
    let of_files = |files| Sources { format, files, beside: Vec::new(), stored: None };
    match &*dataset.connector.name {
        "query" | "sql_table" => {
            let answer = database::answer(dataset, project)?;
            let name = Some("the answer of the database".to_owned());
            let stored = if answer.as_stored { None } else { Some(as_answered(row_of(dataset)?)) };
            Ok(Sources { stored, ..of_files(vec![Source { name, ..Source::of(answer.file) }]) })
        }
        "delta" => super::delta::sources(dataset, project),
        _ => {
            let (path, columns) = (&*path_to_read(dataset, project)?, partitioned_by(dataset));
            if columns.is_empty() {
                return files_of(dataset, project, path, Which::Named).map(of_files);
            }
            let which = if paths::is_pattern(path) { Which::Named } else { Which::Folder };
            let mut files = files_of(dataset, project, path, which)?;
            for file in &mut files {
                let name = file.name.clone().unwrap_or_else(|| file.path.to_string_lossy().into_owned());
                file.constants = partitions::of(&name, &columns).map_err(|fault| fault.at(&dataset.name))?;
            }
            let without = |column: &&Column| !columns.contains(&column.name);
            let row = row_of(dataset)?;
            let columns = row.columns.iter().filter(without).cloned().collect();
            Ok(Sources { stored: Some(Row { columns, unique: Vec::new(), ..row.clone() }), ..of_files(files) })
        }
    }
}

/// The row as an answer has it: values are those of the program already.
fn as_answered(row: &Row) -> Row {
    let columns = row.columns.iter().map(|column| Column { parsed: None, stored_name: None, ..column.clone() });
    Row { columns: columns.collect(), unique: Vec::new(), ..row.clone() }
}

fn files_of(dataset: &Dataset, project: &Path, path: &str, which: Which) -> Result<Vec<Source>, Fault> {
    if afar::is_afar(path) {
        let copies = afar::copies(dataset, project, path, which)?;
        let is_data = |key: &str| which == Which::Named || is_data(key, path);
        let copies = copies.into_iter().filter(|copied| is_data(&copied.key));
        let shown = afar::cleaned(path);
        let root = shown.find("://").and_then(|at| Some(at + 3 + shown[at + 3..].find('/')?));
        return Ok(copies
            .map(|copied| Source {
                name: Some(format!("{}/{}", root.map_or(&*shown, |root| &shown[..root]), copied.key)),
                ..Source::of(copied.path)
            })
            .collect());
    }
    let files = match which {
        Which::Named => paths::files(path, project)?,
        Which::Folder => folder(path, project)?,
    };
    Ok(files.into_iter().map(Source::of).collect())
}

/// All files of a folder and of those in it, but for what begins with a dot or an underscore, as others write beside data.
fn folder(path: &str, project: &Path) -> Result<Vec<PathBuf>, Fault> {
    let root = paths::resolve(path, project);
    if !root.exists() {
        return Err(paths::missing(path, &root));
    }
    if !root.is_dir() {
        return Err(Fault::new(crate::code::NOT_PARTITIONED, format!("`{path}` is a file, not a folder"))
            .at(path)
            .help("name the folder in which the folders of the partitions are"));
    }
    super::replace::heal(&root);
    let files = super::files_in(&root)?;
    let files: Vec<PathBuf> = files
        .into_iter()
        .filter(|file| file.strip_prefix(&root).is_ok_and(|name| is_data(&name.to_string_lossy(), "")))
        .collect();
    if files.is_empty() {
        Err(paths::missing(&format!("{}/**/*", path.trim_end_matches('/')), &root))
    } else {
        Ok(files)
    }
}

/// Whether a name within a folder, or behind the key of one, is that of data.
fn is_data(name: &str, root: &str) -> bool {
    let key = root.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, key)| key);
    let within = name.strip_prefix(key.trim_end_matches('/')).unwrap_or(name);
    within.split('/').all(|part| !part.starts_with(['.', '_']))
}

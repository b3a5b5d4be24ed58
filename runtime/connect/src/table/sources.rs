//! Where the rows of a table dataset lie: files of this machine, some of them copies of what lies elsewhere, with what
//! is known of their rows from elsewhere than the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_ir::{Column, Dataset, Row, Value};

use super::verified::Verified;
use super::version::{is_versioned, kept, none_afar, path_to_read};
use super::wanted::Reading;
use super::{partitions, path_of, row_of};
use crate::afar::{self, Copied, Which, folders};
use crate::database::{self, Needed, Told};
use crate::{Fault, paths};

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
    /// The columns of the row that there are, where others were not asked for.
    pub(super) columns: Option<Vec<Arc<str>>>,
    /// What a database was asked.
    pub(super) told: Option<Told>,
}

impl Sources {
    /// The row with the columns that there are.
    pub(super) fn row(&self, declared: &Row) -> Row {
        let Some(there) = &self.columns else { return declared.clone() };
        let columns = declared.columns.iter().filter(|column| there.contains(&column.name));
        Row { columns: columns.cloned().collect(), ..declared.clone() }
    }
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

/// The files with what is needed of a dataset. What lies elsewhere is asked for once in a run, so that all of it sees the same; a
/// database is asked once for each choice of rows and columns.
///
/// # Errors
/// Where there are none, or what lies elsewhere is not given.
pub(super) fn of(
    dataset: &Dataset,
    project: &Path,
    reading: &Reading,
    known: &Verified,
) -> Result<Arc<Sources>, Fault> {
    if is_here(dataset) {
        return found(dataset, project, None).map(Arc::new);
    }
    let needed = needed(dataset, reading)?;
    let key = needed.as_ref().map(Needed::key).unwrap_or_default();
    known.asked(dataset, &key, || found(dataset, project, needed.as_ref()))
}

/// What was asked of a database in this run, in lines for those who want to know; none where it is not known, or nothing was.
pub fn told(dataset: &Dataset, reading: &Reading, known: &Verified) -> Vec<String> {
    let Ok(Some(needed)) = needed(dataset, reading) else { return Vec::new() };
    let found = known.known(dataset, &needed.key());
    found.and_then(|found| found.told.as_ref().map(Told::lines)).unwrap_or_default()
}

/// What of the rows and columns of a dataset a database is asked for; nothing where no database has it.
fn needed(dataset: &Dataset, reading: &Reading) -> Result<Option<Needed>, Fault> {
    match &*dataset.connector.name {
        "query" | "sql_table" => row_of(dataset).map(|row| Some(Needed::of(dataset, row, reading))),
        _ => Ok(None),
    }
}

fn found(dataset: &Dataset, project: &Path, needed: Option<&Needed>) -> Result<Sources, Fault> {
    let format = Format::of(dataset)?;
    let of_files = |files| Sources { format, files, beside: Vec::new(), stored: None, columns: None, told: None };
    if let Some(needed) = needed {
        let answer = database::answer(dataset, project, needed)?;
        let name = Some("the answer of the database".to_owned());
        let stored = if answer.as_stored { None } else { Some(as_answered(&answer.row)) };
        let files = vec![Source { name, ..Source::of(answer.file) }];
        return Ok(Sources { stored, columns: answer.columns, told: Some(answer.told), ..of_files(files) });
    }
    match &*dataset.connector.name {
        "delta" => super::delta::sources(dataset, project),
        _ => {
            let (path, columns) = (&*path_to_read(dataset, project)?, partitioned_by(dataset));
            let is_folder = is_versioned(dataset) || !columns.is_empty();
            let saved = if is_folder && afar::is_afar(path) && !paths::is_pattern(path) {
                saved_afar(dataset, project, path)?
            } else {
                None
            };
            if columns.is_empty() {
                let files = saved.map_or_else(|| files_of(dataset, project, path, Which::Named), Ok);
                return files.map(of_files);
            }
            let which = if paths::is_pattern(path) { Which::Named } else { Which::Folder };
            let mut files = saved.map_or_else(|| files_of(dataset, project, path, which), Ok)?;
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
    let columns = row.columns.iter().map(|column| column.clone().stored_plainly());
    Row { columns: columns.collect(), unique: Vec::new(), ..row.clone() }
}

/// The files of a folder that was saved to a store; nothing where none was, so that the store is looked into.
fn saved_afar(dataset: &Dataset, project: &Path, path: &str) -> Result<Option<Vec<Source>>, Fault> {
    let here = folders::folder(dataset, project, path, kept(dataset))?;
    if here.is_none() && is_versioned(dataset) {
        return Err(none_afar(dataset, path));
    }
    let named = |copied: Copied| Source { name: Some(named(path, &copied.key)), ..Source::of(copied.path) };
    Ok(here.map(|here| here.files.into_iter().map(named).collect()))
}

/// What messages call an object of the same store as a path, by its key.
fn named(path: &str, key: &str) -> String {
    let shown = afar::cleaned(path);
    let root = shown.find("://").and_then(|at| Some(at + 3 + shown[at + 3..].find('/')?));
    format!("{}/{key}", root.map_or(&*shown, |root| &shown[..root]))
}

fn files_of(dataset: &Dataset, project: &Path, path: &str, which: Which) -> Result<Vec<Source>, Fault> {
    if afar::is_afar(path) {
        let copies = afar::copies(dataset, project, path, which)?;
        let is_data = |key: &str| which == Which::Named || is_data(key, path);
        let copies = copies.into_iter().filter(|copied| is_data(&copied.key));
        return Ok(copies
            .map(|copied| Source { name: Some(named(path, &copied.key)), ..Source::of(copied.path) })
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
    // What somebody is saving to a store is named by nothing yet.
    within.split('/').all(|part| !part.starts_with(['.', '_']) && !folders::is_own(part))
}

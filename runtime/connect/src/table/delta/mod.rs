//! Delta Lake tables: which files are theirs, and which rows of those are deleted, says their log. The files are Parquet and
//! read like any other.

mod arrays;
mod engine;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use delta_kernel::scan::state::ScanFile;
use delta_kernel::schema::{DataType, MetadataValue, StructField, StructType};
use delta_kernel::{Engine, KernelError, Snapshot};
use gml_ir::{Column, Dataset, Row, Type, Value, hash_text};
use url::Url;

use super::replace::{cannot, write_file};
use super::sources::{Format, Source, Sources};
use super::{lacks, parquet, path_of, row_of};
use crate::afar::{self, Copied, Which};
use crate::{Fault, code, paths};
use engine::Files;

/// The key of the name that a column has in the files, where that is not the name of the table.
const PHYSICAL: &str = "delta.columnMapping.physicalName";
/// The folder of the log.
const LOG: &str = "_delta_log";

/// What the log says of a table.
struct Contents {
    schema: StructType,
    mapped: bool,
    files: Vec<(ScanFile, Vec<u64>)>,
}

/// The files of a dataset, as its table is now or was at the version that the entry names.
pub(super) fn sources(dataset: &Dataset, project: &Path) -> Result<Sources, Fault> {
    let path = path_of(dataset)?;
    let version =
        dataset.connector.get("version").and_then(Value::as_int).and_then(|version| u64::try_from(version).ok());
    let far = if afar::is_afar(path) { Some(mirrored(dataset, project, path)?) } else { None };
    let root = match &far {
        Some((root, _)) => root.clone(),
        None => paths::resolve(path, project),
    };
    if !root.join(LOG).is_dir() {
        if !root.exists() {
            return Err(paths::missing(path, &root));
        }
        return Err(Fault::new(code::NOT_A_DELTA_TABLE, format!("`{path}` is no Delta table: it has no folder {LOG}"))
            .help(
                "name the folder of the table; Parquet files without a log are read by `parquet(\"folder/*.parquet\")`",
            ));
    }
    let contents = contents(&root, version).map_err(|error| unreadable(path, version, &error))?;
    let row = row_of(dataset)?;
    let stored = stored(row, &contents)?;
    let beside = vec![manifest(dataset, project, &contents)?];
    let mut files = Vec::with_capacity(contents.files.len());
    for (file, deleted) in &contents.files {
        let (local, name) = match &far {
            Some((_, copies)) => {
                let copied = copies.iter().find(|copied| copied.key.ends_with(&decoded(&file.path)));
                let copied = copied.ok_or_else(|| {
                    Fault::new(
                        code::FILE_MISSING,
                        format!("the log of `{path}` names {}, which is not there", file.path),
                    )
                    .help("the table is damaged, or was cleaned up while it was read; run again")
                })?;
                (copied.path.clone(), Some(format!("{}/{}", afar::cleaned(path), file.path)))
            }
            None => (place(&root, &file.path)?, None),
        };
        files.push(source(row, &stored, &contents, file, deleted, local, name)?);
    }
    // The log names files in no order; rows of a table have one.
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Sources { format: Format::Parquet, files, beside, stored: Some(stored), columns: None, told: None })
}

/// A file of the table, with the columns that are not in it.
fn source(
    row: &Row,
    stored: &Row,
    contents: &Contents,
    file: &ScanFile,
    deleted: &[u64],
    path: PathBuf,
    name: Option<String>,
) -> Result<Source, Fault> {
    let footer = parquet::Footer::read(&path, &Row::default()).map_err(|fault| fault.at(path.display()))?;
    let in_file: Vec<String> = footer.names().map(str::to_owned).collect();
    let mut constants = Vec::new();
    for column in &row.columns {
        let physical = stored.get(&column.name).map_or(column.stored_name(), Column::stored_name);
        let value = file.partition_values.get(physical).or_else(|| file.partition_values.get(column.stored_name()));
        match value {
            Some(text) => constants.push((column.name.clone(), Some(text.clone()).filter(|text| !text.is_empty()))),
            // It was added to the table when this file was there already, or has no value in this partition.
            None if !in_file.iter().any(|known| known == physical) && named(&contents.schema, column).is_some() => {
                constants.push((column.name.clone(), None));
            }
            None => {}
        }
    }
    Ok(Source { path, name, constants, deleted: Arc::from(deleted) })
}

fn contents(root: &Path, version: Option<u64>) -> Result<Contents, KernelError> {
    let root = fs::canonicalize(root).map_err(KernelError::generic_err)?;
    let url = Url::from_directory_path(&root).map_err(|()| KernelError::generic("the path is no address"))?;
    let engine = Files::default();
    let builder = Snapshot::builder_for(url.as_str());
    let builder = match version {
        Some(version) => builder.at_version(version),
        None => builder,
    };
    let snapshot = builder.build(&engine)?;
    let mapped = snapshot.table_properties().column_mapping_mode.is_some_and(|mode| format!("{mode:?}") != "None");
    let scan = Arc::clone(&snapshot).scan_builder().build()?;
    let mut found: Vec<ScanFile> = Vec::new();
    for part in scan.scan_metadata(&engine)? {
        found = part?.visit_scan_files(found, |found: &mut Vec<ScanFile>, file| found.push(file))?;
    }
    let mut files = Vec::with_capacity(found.len());
    for file in found {
        let deleted = file.dv_info.get_row_indexes(&engine as &dyn Engine, &url)?;
        let mut deleted = deleted.unwrap_or_default();
        deleted.sort_unstable();
        files.push((file, deleted));
    }
    Ok(Contents { schema: StructType::clone(&snapshot.schema()), mapped, files })
}

/// The declared row with the names that its columns have in the files.
fn stored(row: &Row, contents: &Contents) -> Result<Row, Fault> {
    let names: Vec<&str> = contents.schema.fields().map(|field| field.name().as_str()).collect();
    let column = |column: &Column| {
        let field = named(&contents.schema, column).ok_or_else(|| lacks(column.stored_name(), &column.name, &names))?;
        Ok(if contents.mapped { physical(column, field) } else { column.clone() })
    };
    let columns = row.columns.iter().map(column).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Row { columns, unique: Vec::new(), ..row.clone() })
}

fn named<'s>(schema: &'s StructType, column: &Column) -> Option<&'s StructField> {
    schema.fields().find(|field| *field.name() == *column.stored_name())
}

/// A column with the names that it and its parts have in the files.
fn physical(column: &Column, field: &StructField) -> Column {
    let name = match field.metadata.get(PHYSICAL) {
        Some(MetadataValue::String(name)) => name.as_str(),
        _ => field.name(),
    };
    let mut physical = column.clone().with_type(physical_type(&column.ty, field.data_type()));
    physical.stored_name = (*name != *column.name).then(|| name.into());
    physical
}

fn physical_type(ty: &Type, of: &DataType) -> Type {
    let within = match (ty.non_null(), of) {
        (Type::Struct(row), DataType::Struct(schema)) => {
            let part =
                |column: &Column| named(schema, column).map_or_else(|| column.clone(), |field| physical(column, field));
            Type::Struct(Arc::new(Row { columns: row.columns.iter().map(part).collect(), ..Row::clone(row) }))
        }
        (Type::List(item), DataType::Array(array)) => Type::List(Arc::new(physical_type(item, array.element_type()))),
        (other, _) => other.clone(),
    };
    if ty.is_nullable() { within.nullable() } else { within }
}

/// A file that says what the log says, for what is kept of earlier runs: it has the name of its content.
fn manifest(dataset: &Dataset, project: &Path, contents: &Contents) -> Result<PathBuf, Fault> {
    let mut lines: Vec<String> = contents
        .files
        .iter()
        .map(|(file, deleted)| {
            let values: BTreeMap<_, _> = file.partition_values.iter().collect();
            format!("{} {} {values:?} {deleted:?}", file.path, file.size)
        })
        .collect();
    lines.sort();
    let text =
        format!("{:?}\n{}\n", contents.schema.fields().map(|field| field.name()).collect::<Vec<_>>(), lines.join("\n"));
    let digits = &hash_text(&text)[..32];
    let folder = project.join(afar::FOLDER).join("delta");
    fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    let path = folder.join(format!("{}-{digits}", dataset.name));
    if !path.exists() {
        write_file(&path, |file| {
            std::io::Write::write_all(file, text.as_bytes()).map_err(|error| cannot(&path, &error))
        })?;
    }
    Ok(path)
}

/// Copies of the objects of a table, and a folder of this machine with its log.
fn mirrored(dataset: &Dataset, project: &Path, path: &str) -> Result<(PathBuf, Vec<Copied>), Fault> {
    let copies = afar::copies(dataset, project, path, Which::Folder)?;
    let digits = &hash_text(path)[..32];
    let root = project.join(afar::FOLDER).join("delta").join(digits);
    let wrong = |error: std::io::Error| cannot(&root, &error);
    // What was there may be of an older state, or of another table in this place.
    if root.exists() {
        fs::remove_dir_all(&root).map_err(wrong)?;
    }
    fs::create_dir_all(root.join(LOG)).map_err(wrong)?;
    let key = path.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, key)| key);
    for copied in &copies {
        let name = copied.key.strip_prefix(key.trim_end_matches('/')).unwrap_or(&copied.key).trim_start_matches('/');
        let is_log = name.starts_with(LOG) || name.contains("deletion_vector");
        if is_log {
            let target = root.join(name);
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder).map_err(wrong)?;
            }
            fs::copy(&copied.path, target).map_err(wrong)?;
        }
    }
    Ok((root, copies))
}

/// Where a file of the log is: within the table, or elsewhere, where the table is a shallow copy of another.
fn place(root: &Path, path: &str) -> Result<PathBuf, Fault> {
    if let Ok(url) = Url::parse(path) {
        return url.to_file_path().map_err(|()| {
            Fault::new(
                code::NOT_A_DELTA_TABLE,
                format!("the log names {}, which is not on this machine", afar::cleaned(path)),
            )
            .help("a shallow copy of a table elsewhere cannot be read; read that table")
        });
    }
    Ok(root.join(decoded(path)))
}

/// A path of the log without the signs that stand for letters of addresses.
fn decoded(path: &str) -> String {
    super::partitions::decoded(path)
}

fn unreadable(path: &str, version: Option<u64>, error: &KernelError) -> Fault {
    let text = error.to_string();
    let what = match version {
        Some(version) => format!("`{path}` cannot be read as a Delta table at version {version}"),
        None => format!("`{path}` cannot be read as a Delta table"),
    };
    let fault = Fault::new(code::NOT_A_DELTA_TABLE, what).detail(text.lines().next().unwrap_or_default().to_owned());
    fault.help(
        "see that the log is whole and that the version is still there; versions that were cleaned up cannot be read",
    )
}

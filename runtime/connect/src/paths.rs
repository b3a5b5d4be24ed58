//! From the path or pattern of a catalog entry to files.

use std::io;
use std::path::{Path, PathBuf};

use gml_ir::pattern;
pub(crate) use gml_ir::pattern::is_pattern;

use crate::nearest::nearest;
use crate::{Fault, code};

/// The path as the file system knows it: relative paths start at the project.
pub(crate) fn resolve(path: &str, project: &Path) -> PathBuf {
    project.join(path)
}

/// The files of a path or a pattern in the order of their names, at least one.
///
/// # Errors
///
/// No file matches, a folder stands in its place, or a folder cannot be listed.
pub(crate) fn files(path: &str, project: &Path) -> Result<Vec<PathBuf>, Fault> {
    let full = resolve(path, project);
    if !is_pattern(path) {
        return match full.metadata() {
            Ok(about) if about.is_dir() => Err(folder_in_place(path)),
            Ok(_) => Ok(vec![full]),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(path, &full)),
            Err(error) => Err(unreadable(&full, &error)),
        };
    }
    let mut found = matches(path, &full, project)?;
    found.retain(|file| !file.is_dir() && !is_temporary(file));
    found.sort();
    if found.is_empty() { Err(missing(path, &full)) } else { Ok(found) }
}

/// The pattern that names of a store are held against; `path` is what the entry says.
pub(crate) fn pattern(path: &str, text: &str) -> Result<glob::Pattern, Fault> {
    pattern::pattern(text).map_err(|error| no_pattern(path, &error))
}

fn no_pattern(path: &str, error: &glob::PatternError) -> Fault {
    Fault::new(code::FILE_MISSING, format!("`{path}` is no pattern that can be matched: {}", error.msg))
        .at(path)
        .help("`*` stands for part of a name, `**` for any folders and must stand alone between slashes")
}

fn matches(path: &str, full: &Path, project: &Path) -> Result<Vec<PathBuf>, Fault> {
    // Letters of the project's own path and brackets of file names are no pattern; only `*` and `**` are.
    let root = glob::Pattern::escape(&project.to_string_lossy());
    let full_pattern = Path::new(&root).join(pattern::literal(path));
    let paths =
        glob::glob_with(&full_pattern.to_string_lossy(), pattern::OPTIONS).map_err(|error| no_pattern(path, &error))?;
    paths
        .map(|entry| entry.map_err(|error| unreadable(error.path(), error.error())))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|fault| fault.detail(format!("while looking for {}", full.display())))
}

/// Files that a write has not finished.
pub(crate) fn is_temporary(file: &Path) -> bool {
    file.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with('.') && name.contains(".tmp-")
    })
}

/// A folder stands where a file is due.
pub(crate) fn folder_in_place(path: &str) -> Fault {
    Fault::new(code::CANNOT_READ, format!("`{path}` is a folder, not a file"))
        .at(path)
        .help(format!("to read all the files in it, write a pattern: `{}/*`", path.trim_end_matches('/')))
}

/// Nothing is there.
pub(crate) fn missing(path: &str, full: &Path) -> Fault {
    let what = if is_pattern(path) { "no file matches" } else { "there is no file" };
    let mut fault = Fault::new(code::FILE_MISSING, format!("{what} `{path}`")).at(path);
    let (folder, broken) = existing_folder(full);
    if let Some(absent) = broken {
        fault = fault.detail(format!("the folder {} does not exist", absent.display()));
    }
    let Ok(entries) = folder.read_dir() else { return fault };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    let wanted = full.strip_prefix(&folder).ok().and_then(|rest| rest.components().next());
    let wanted = wanted.map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    let close = nearest(&wanted, names.iter().map(String::as_str), 3);
    if names.is_empty() {
        fault = fault.detail(format!("the folder {} is empty", folder.display()));
    } else if close.is_empty() {
        fault = fault.detail(format!(
            "{} holds {}",
            folder.display(),
            crate::nearest::listed(names.iter().map(String::as_str), 5)
        ));
    }
    match close.first() {
        _ if !is_pattern(path) && path.contains(['?', '[', '{']) => fault.help(
            "of several files `*` stands for what differs in a name, and `**` for folders; nothing else is a pattern",
        ),
        Some(_) => fault.help(format!("did you mean {}?", quoted(&close, &folder))),
        None => fault.help("put the file there, or correct the path; paths are relative to the project"),
    }
}

fn quoted(names: &[&str], folder: &Path) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("{} in {}", quoted.join(" or "), folder.display())
}

/// The deepest folder on the way to `path` that exists, and the first part behind it that does not, if that is a folder.
fn existing_folder(path: &Path) -> (PathBuf, Option<PathBuf>) {
    let mut absent = None;
    for folder in path.ancestors().skip(1) {
        // A bare name lies in the folder that we are in.
        if folder.as_os_str().is_empty() {
            break;
        }
        if folder.is_dir() {
            return (folder.to_path_buf(), absent);
        }
        if !folder.to_string_lossy().contains('*') {
            absent = Some(folder.to_path_buf());
        }
    }
    (PathBuf::from("."), absent)
}

/// A file or folder that the system does not let us read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let fault = Fault::new(code::CANNOT_READ, format!("{} cannot be read: {error}", path.display())).at(path.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            fault.help("give yourself the right to read it (`chmod u+r`), or run as its owner")
        }
        io::ErrorKind::NotFound => fault.help("it was removed while the run was under way; run again"),
        io::ErrorKind::IsADirectory => fault.help("it is a folder; name a file in it, or a pattern such as `*.csv`"),
        _ => fault.help("the disk or the network behind it reports this error; see that the file can be copied"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "x").unwrap();
        }
        folder
    }

    fn names(found: &[PathBuf], root: &Path) -> Vec<String> {
        found.iter().map(|file| file.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn patterns_match_in_name_order_and_skip_hidden_and_unfinished_files() {
        let root = folder(&["d/b.csv", "d/a.csv", "d/c.txt", "d/.a.csv.tmp-1-2", "d/e/f.csv", "d/x.csv/y"]);
        assert_eq!(names(&files("d/*.csv", root.path()).unwrap(), root.path()), ["d/a.csv", "d/b.csv"]);
        assert_eq!(names(&files("d/**/*.csv", root.path()).unwrap(), root.path()), ["d/a.csv", "d/b.csv", "d/e/f.csv"]);
    }

    #[test]
    fn brackets_and_question_marks_are_letters() {
        let root = folder(&["[x]/a?.csv", "[x]/ab.csv"]);
        assert_eq!(names(&files("[x]/a?*", root.path()).unwrap(), root.path()), ["[x]/a?.csv"]);
    }

    #[test]
    fn a_missing_file_names_the_nearest() {
        let root = folder(&["data/orders.csv"]);
        let fault = files("data/order.csv", root.path()).unwrap_err();
        assert_eq!(fault.code, code::FILE_MISSING);
        assert!(fault.help.unwrap().contains("`orders.csv`"));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let root = folder(&["data/orders.csv"]);
        let fault = files("dta/raw/*.csv", root.path()).unwrap_err();
        assert!(fault.details[0].contains("dta does not exist"), "{fault:?}");
        assert!(fault.help.unwrap().contains("`data`"));
    }

    #[test]
    fn a_bare_name_lies_in_the_folder_that_we_are_in() {
        let fault = missing("no_such.csv", Path::new("no_such.csv"));
        assert!(fault.details.iter().all(|detail| !detail.contains("does not exist")), "{fault:?}");
        let fault = missing("no_such/a.csv", Path::new("no_such/a.csv"));
        assert!(fault.details[0].contains("the folder no_such does not exist"), "{fault:?}");
    }

    #[test]
    fn a_folder_in_place_of_a_file_proposes_a_pattern() {
        let root = folder(&["data/orders.csv"]);
        let fault = files("data", root.path()).unwrap_err();
        assert_eq!(fault.code, code::CANNOT_READ);
        assert!(fault.help.unwrap().contains("`data/*`"));
    }
}

//! The secrets file: `NAME = "value"` in TOML, which nobody but its owner may read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml_edit::{Document, Item, Value};

use super::FILE_VARIABLE;
use crate::{Fault, code};

/// What was found under a name.
pub(super) enum Found {
    /// Its value.
    Entry(Arc<str>),
    /// Nothing; where it was looked for.
    Nothing { looked: String },
}

/// The entry of that name in the secrets file of a project.
pub(super) fn entry(name: &str, project: &Path) -> Result<Found, Fault> {
    let (path, asked) = place(project)?;
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !asked => {
            return Ok(Found::Nothing { looked: format!("there is no {}", path.display()) });
        }
        Err(error) => return Err(unusable(&path, format!("the secrets file cannot be read: {error}"))),
    };
    of_owner(&file, &path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|error| unusable(&path, format!("the secrets file cannot be read: {error}")))?;
    let document = Document::parse(text.as_str()).map_err(|error| {
        // The error itself shows the line, which may hold a secret.
        let line = error.span().map_or(1, |span| line_of(&text, span.start));
        unusable(&path, format!("the secrets file is not written in TOML: {} in line {line}", error.message()))
            .help("it holds lines like NAME = \"value\"")
    })?;
    match document.as_table().get(name) {
        Some(Item::Value(Value::String(value))) => Ok(Found::Entry(value.value().as_str().into())),
        Some(other) => {
            let line = other.span().map_or(1, |span| line_of(&text, span.start));
            Err(unusable(&path, format!("the entry {name} in line {line} of the secrets file is no text"))
                .help(format!("write it in quotes: {name} = \"..\"")))
        }
        None => Ok(Found::Nothing { looked: format!("{} has no entry {name}", path.display()) }),
    }
}

/// Where the file is, and whether somebody said so: `GML_SECRETS`, else what `gml.toml` says, else `.gml/secrets.toml`.
fn place(project: &Path) -> Result<(PathBuf, bool), Fault> {
    if let Some(path) = std::env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty()) {
        return Ok((PathBuf::from(path), true));
    }
    let configuration = project.join("gml.toml");
    match configured(&configuration) {
        Ok(Some(path)) => Ok((project.join(path), true)),
        Ok(None) => Ok((project.join(".gml").join("secrets.toml"), false)),
        Err(error) => Err(unusable(&configuration, format!("gml.toml cannot be read: {error}"))),
    }
}

/// The path that a `gml.toml` names, where it is there and names one.
pub(super) fn configured(configuration: &Path) -> io::Result<Option<String>> {
    let text = match std::fs::read_to_string(configuration) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    // What is wrong in it is told where the program is checked.
    let document = Document::parse(text.as_str()).ok();
    let path = document.as_ref().and_then(|document| document.get("secrets")?.get("file")?.as_str());
    Ok(path.map(str::to_owned))
}

/// As ssh does with keys: a file of one's own that others may read or write is not used. Of one that belongs to somebody else
/// (a mounted one in a container) the rights are not ours to change.
#[cfg(unix)]
fn of_owner(file: &File, path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt;
    let about = file.metadata().map_err(|error| unusable(path, format!("the secrets file cannot be read: {error}")))?;
    let own = std::fs::metadata("/proc/self").map_or(true, |process| process.uid() == about.uid());
    let mode = about.mode() & 0o777;
    if own && mode & 0o077 != 0 {
        return Err(unusable(path, format!("others may read or write the secrets file (its mode is {mode:04o})"))
            .help(format!("keep it to yourself: chmod 600 {}", path.display())));
    }
    Ok(())
}

#[cfg(not(unix))]
fn of_owner(_file: &File, _path: &Path) -> Result<(), Fault> {
    Ok(())
}

fn unusable(path: &Path, message: String) -> Fault {
    Fault::new(code::SECRETS_FILE, message).at(path.display())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn project(text: &str, mode: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".gml")).unwrap();
        let path = folder.path().join(".gml/secrets.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    fn fault(text: &str, mode: u32) -> Fault {
        match entry("TOKEN", project(text, mode).path()) {
            Err(fault) => fault,
            Ok(_) => panic!("{text} is used"),
        }
    }

    #[test]
    fn entries_are_texts() {
        let folder = project("# mine\nTOKEN = \"one\"\nOTHER = 'two'\n", 0o600);
        assert!(matches!(entry("TOKEN", folder.path()), Ok(Found::Entry(value)) if &*value == "one"));
        let Ok(Found::Nothing { looked }) = entry("THIRD", folder.path()) else { panic!("it is there") };
        assert!(looked.ends_with("secrets.toml has no entry THIRD"), "{looked}");
    }

    #[test]
    fn a_file_that_others_may_read_is_not_used() {
        for mode in [0o644, 0o640, 0o660, 0o606] {
            let fault = fault("TOKEN = \"one\"", mode);
            assert_eq!(fault.code, "GML0951");
            assert!(fault.help.as_deref().is_some_and(|help| help.contains("chmod 600")), "{fault:?}");
        }
    }

    #[test]
    fn what_is_wrong_in_it_is_told_without_its_secrets() {
        for text in ["OTHER = \"hunter2\nTOKEN = 1", "hunter2", "TOKEN = [\"hunter2\"]", "[TOKEN]\na = \"hunter2\""] {
            let fault = fault(text, 0o600);
            assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
        }
        assert!(fault("A = \"x\"\nTOKEN = 1", 0o600).message.contains("line 2"));
    }

    #[test]
    fn the_configuration_names_another_file() {
        let folder = project("TOKEN = \"one\"", 0o600);
        std::fs::write(folder.path().join("gml.toml"), "[secrets]\nfile = \"mine.toml\"\n").unwrap();
        assert!(matches!(entry("TOKEN", folder.path()), Err(fault) if fault.code == "GML0951"), "it is not there");
        std::fs::copy(folder.path().join(".gml/secrets.toml"), folder.path().join("mine.toml")).unwrap();
        assert!(matches!(entry("TOKEN", folder.path()), Ok(Found::Entry(_))));
    }
}

//! Secrets: values that a program names (`secret("WAREHOUSE_URL")`) and that only what uses them may see.
//!
//! What lives here: where they come from (the process's environment, else a file of the project), and taking them out of text
//! that somebody will read. What does not: who uses them. A program, its graph, keys, records and plans hold names alone; a value
//! exists as a [`Secret`], which shows itself to nobody by accident, between [`reveal`] and the connection that it opens.

mod file;
mod hide;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gml_ir::Value;

use crate::{Fault, code};

pub use hide::{hide, hide_fault};

/// The function of the standard library that stands for a secret.
const FUNCTION: &str = "secret";

/// The variable with the path of the secrets file.
pub const FILE_VARIABLE: &str = "GML_SECRETS";

/// The value of a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// The value itself, for what it opens. It goes nowhere else: no message, no file, no argument of a process.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(hide::SHOWN)
    }
}

/// The value of the secret of that name: the variable of the process's environment, else the entry of the secrets file of the
/// project. From now on [`hide`] takes it out of every text.
///
/// # Errors
/// GML0950 where there is none of that name, GML0951 where the secrets file cannot be used.
pub fn find(name: &str, project: &Path) -> Result<Secret, Fault> {
    let of_environment = std::env::var_os(name).filter(|value| !value.is_empty());
    let value = match of_environment.map(|value| value.into_string()) {
        Some(Ok(value)) => Secret(value.into()),
        Some(Err(_)) => {
            return Err(Fault::new(code::NO_SECRET, format!("the variable {name} holds no text in UTF-8"))
                .at(format!("secret({name:?})"))
                .help("a secret is text; encode what is not, for example as base64"));
        }
        None => match file::entry(name, project)? {
            file::Found::Entry(value) => Secret(value),
            file::Found::Nothing { looked } => return Err(missing(name, &looked)),
        },
    };
    hide::remember(value.expose());
    known().insert(name.to_owned(), value.clone());
    Ok(value)
}

/// The value of a secret that a run needs, for what has no project at hand: that which [`find`] found before the first step, else the
/// variable of the process's environment.
///
/// # Errors
/// GML0950 where there is none of that name.
pub fn given(name: &str) -> Result<Secret, Fault> {
    let found = known().get(name).cloned();
    found.map_or_else(|| find(name, Path::new(".")), Ok)
}

/// What was found so far, by name.
fn known() -> MutexGuard<'static, BTreeMap<String, Secret>> {
    static KNOWN: Mutex<BTreeMap<String, Secret>> = Mutex::new(BTreeMap::new());
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The text of an argument that may be a secret: that of `secret("NAME")`, or a text as it stands in the program.
///
/// # Errors
/// As [`find`], and where the argument is neither.
pub fn reveal(value: &Value, project: &Path) -> Result<Secret, Fault> {
    match (value, name_of(value)) {
        (Value::Str(text), _) => Ok(Secret(text.clone())),
        (_, Some(name)) => find(name, project),
        (_, None) => Err(Fault::new(code::INTERNAL_ERROR, format!("{value} is neither a text nor a secret"))
            .help("this is a fault of GML itself: report it with the program")),
    }
}

/// The secrets file that `gml.toml` of a project names.
pub fn file_of(project: &Path) -> Option<PathBuf> {
    file::configured(&project.join("gml.toml")).ok()?.map(|path| project.join(path))
}

/// The names of the secrets in a value, however deep they are, each once and in order.
pub fn names(value: &Value) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Arc<str>>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Record(fields) => fields.iter().for_each(|(_, field)| collect(field, found)),
        Value::Symbol { args, .. } => match name_of(value) {
            Some(name) if found.iter().any(|known| **known == *name) => {}
            Some(name) => found.push(name.into()),
            None => args.iter().for_each(|(_, arg)| collect(arg, found)),
        },
        _ => {}
    }
}

fn name_of(value: &Value) -> Option<&str> {
    match value {
        Value::Symbol { name, .. } if &**name == FUNCTION => value.get("name").and_then(Value::as_str),
        _ => None,
    }
}

fn missing(name: &str, looked: &str) -> Fault {
    Fault::new(code::NO_SECRET, format!("there is no secret {name}"))
        .at(format!("secret({name:?})"))
        .detail(format!("the environment has no variable {name}, and {looked}"))
        .help(format!("set it for this run: {name}=.. gmlc run, or write {name} = \"..\" into the secrets file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str) -> Value {
        Value::Symbol { name: "secret".into(), args: vec![("name".into(), Value::Str(name.into()))] }
    }

    #[test]
    fn a_secret_shows_itself_to_nobody() {
        let value = Secret("hunter2".into());
        assert_eq!(format!("{value:?} {:?}", Some(&value)), "*** Some(***)");
    }

    #[test]
    fn names_are_found_wherever_they_are() {
        let url = Value::Symbol { name: "postgres".into(), args: vec![("url".into(), secret("A"))] };
        let value = Value::Record(vec![
            ("list".into(), Value::List(vec![secret("B"), url])),
            ("again".into(), secret("B")),
            ("name".into(), Value::Str("C".into())),
        ]);
        let names = names(&value);
        assert_eq!(names.iter().map(|name| &**name).collect::<Vec<_>>(), ["B", "A"]);
    }

    #[test]
    fn text_of_the_program_is_itself() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(reveal(&Value::Str("plain".into()), folder.path()).unwrap().expose(), "plain");
        assert_eq!(reveal(&Value::Int(1), folder.path()).unwrap_err().code, code::INTERNAL_ERROR);
    }

    #[test]
    fn one_that_is_nowhere_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let fault = reveal(&secret("GML_TEST_NOWHERE"), folder.path()).unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), ("GML0950", "there is no secret GML_TEST_NOWHERE"));
        assert!(fault.details[0].contains("secrets.toml"), "{fault:?}");
    }
}

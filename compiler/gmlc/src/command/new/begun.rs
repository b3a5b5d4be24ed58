//! What stands in a project that was just begun.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use gml_analysis::{MemoryWorld, check};
use gml_connect::{Fault, Inferred, infer_as, schema_name};
use gml_diagnostics::Sources;
use gml_syntax::format::format;

use crate::project::has_errors;

/// A file to write.
pub struct Begun {
    /// Its path within the project.
    pub name: &'static str,
    /// What it says.
    pub text: Cow<'static, str>,
}

const IGNORED: &str = "# What gmlc keeps of runs.\n.gml/\n";

/// A whole program on data of its own: it learns, judges, saves and is tested.
pub fn example() -> Vec<Begun> {
    let file = |name, text| Begun { name, text: Cow::Borrowed(text) };
    vec![
        file("main.gml", include_str!("../../../assets/new/main.gml")),
        file("data/iris.csv", include_str!("../../../assets/new/data/iris.csv")),
        file(".gitignore", IGNORED),
    ]
}

/// A program that reads these files, each with its schema, and shows how they look.
///
/// # Errors
/// Where a file cannot be read, or is of no format whose schema can be told.
pub fn on(data: &[PathBuf], folder: &Path) -> Result<Vec<Begun>, Fault> {
    let mut taken = HashSet::new();
    let mut tables = Vec::with_capacity(data.len());
    for path in data {
        let schema = unused(&schema_name(path), "", &mut taken);
        let Inferred { schema: declared, delimiter } = infer_as(path, &schema)?;
        let name = unused(&dataset_name(&schema), "_", &mut taken);
        tables.push(Table { name, schema, declared, read: read(path, folder, delimiter) });
    }
    let mut text = program(&tables);
    let world = MemoryWorld::new([("main.gml", text.as_str())]);
    if has_errors(&check(&world, "main.gml").diagnostics) {
        // The name of the file is a word of the language.
        tables.iter_mut().for_each(|table| table.name.push_str("_data"));
        text = program(&tables);
    }
    let file = Sources::default().add("main.gml", text.as_str());
    let text = format(file, &text).unwrap_or(text);
    Ok(vec![
        Begun { name: "main.gml", text: Cow::Owned(text) },
        Begun { name: ".gitignore", text: Cow::Borrowed(IGNORED) },
    ])
}

struct Table {
    name: String,
    schema: String,
    /// The schema as a program declares it.
    declared: String,
    /// How it is read.
    read: String,
}

fn program(tables: &[Table]) -> String {
    let mut text = String::from("use std.report.profile\n\n");
    for Table { declared, .. } in tables {
        text.push_str("## As `gmlc infer` found it: name the `target`, what is an `id` and what is a `time`, and narrow what a column may hold.\n");
        text.push_str(declared);
        text.push('\n');
    }
    text.push_str("catalog {\n");
    for Table { name, schema, read, .. } in tables {
        text.push_str(&format!("    {name}: table[{schema}] = {read},\n"));
    }
    text.push_str("}\n\n## How the data looks: types, quantiles, missing values, correlations, and what stands out.\npipeline explore {\n");
    for Table { name, .. } in tables {
        text.push_str(&format!("    track profile({name})\n"));
    }
    text.push_str("}\n");
    text
}

/// The name, with a number behind it and what goes between where it is taken.
fn unused(name: &str, between: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{between}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| taken.insert(name.clone())).unwrap_or_else(|| name.to_owned())
}

/// A schema's name as datasets are named: `WebVisits` becomes `web_visits`.
fn dataset_name(schema: &str) -> String {
    let mut name = String::with_capacity(schema.len() + 4);
    let mut after_lower = false;
    for letter in schema.chars() {
        if letter.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = !letter.is_ascii_uppercase();
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// How a program in a folder reads a file; a text file with something else than commas between its cells by that.
fn read(path: &Path, folder: &Path, delimiter: Option<char>) -> String {
    let place = seen_from(folder, path).to_string_lossy().replace('\\', "/").replace('"', "\\\"");
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "parquet" | "pq" => format!("parquet(\"{place}\")"),
        "jsonl" | "ndjson" => format!("jsonl(\"{place}\")"),
        _ => match delimiter {
            Some(delimiter) => format!("csv(\"{place}\", delimiter: {:?})", delimiter.to_string()),
            None => format!("csv(\"{place}\")"),
        },
    }
}

/// The way from a folder, which need not be there, to a file.
fn seen_from(folder: &Path, file: &Path) -> PathBuf {
    let (Ok(folder), Ok(file)) = (absolute(folder), absolute(file)) else { return file.to_path_buf() };
    let common = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

/// The path from the root of the system, without `.` and `..`, through no links as far as it is there.
fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let whole = std::path::absolute(path)?;
    let mut found = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::ParentDir => {
                found.pop();
            }
            Component::CurDir => {}
            other => found.push(other),
        }
        if let Ok(real) = found.canonicalize() {
            found = real;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_from_where_the_project_is() {
        let root = tempfile::tempdir().unwrap();
        let (project, file) = (root.path().join("deep/project"), root.path().join("data/web visits.CSV"));
        assert_eq!(read(&file, &project, None), "csv(\"../../data/web visits.CSV\")");
        assert_eq!(read(&project.join("data/a.parquet"), &project, None), "parquet(\"data/a.parquet\")");
        let tabs = read(&root.path().join("other/../a.tsv"), root.path(), Some('\t'));
        assert_eq!(tabs, "csv(\"a.tsv\", delimiter: \"\\t\")");
    }

    #[test]
    fn names_are_those_of_the_language_and_each_is_there_once() {
        let mut taken = HashSet::new();
        assert_eq!(dataset_name("WebVisits2021"), "web_visits2021");
        assert_eq!(unused("visits", "_", &mut taken), "visits");
        assert_eq!(unused("visits", "_", &mut taken), "visits_2");
        assert_eq!(unused("visits", "_", &mut taken), "visits_3");
        assert_eq!(unused("Visits", "", &mut taken), "Visits");
        assert_eq!(unused("Visits", "", &mut taken), "Visits2");
    }
}

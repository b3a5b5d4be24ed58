//! Figures, reports and tables that runs leave behind: the design's program on the slice of real events that ships with its
//! blueprint, and small programs; numbers held against SciPy.

mod design;
mod drift;
mod files;

use std::collections::BTreeMap;

use gml_tests::Project;
use serde_json::Value;

/// The files of the last run by their names.
fn files(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let last = String::from_utf8(project.read(".gml/runs/last")).unwrap();
    let folder = project.path(&format!(".gml/runs/{}", last.trim()));
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let bytes = files.get(name).unwrap_or_else(|| panic!("no {name} among {:?}", files.keys().collect::<Vec<_>>()));
    String::from_utf8(bytes.clone()).unwrap()
}

/// The artifacts of a record: name, kind, file.
fn artifacts(record: &Value) -> Vec<(String, String, String)> {
    let of = |entry: &Value, part: &str| entry[part].as_str().unwrap().to_owned();
    let entries = record["artifacts"].as_array().unwrap();
    entries.iter().map(|entry| (of(entry, "name"), of(entry, "kind"), of(entry, "path"))).collect()
}

/// A page is whole, and needs nothing else: no script, no address, no other file.
fn stands_alone(name: &str, page: &str) {
    if name.ends_with(".svg") {
        roxmltree::Document::parse(page).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    } else {
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{name}");
        // But for the elements without an end, the pages are XML.
        let closed: String = page
            .trim_start_matches("<!DOCTYPE html>")
            .lines()
            .map(|line| if line.starts_with("<meta ") { String::new() } else { format!("{line}\n") })
            .collect();
        roxmltree::Document::parse(&closed).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    }
    let foreign = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for sign in ["http:", "https:", "//cdn", "<script", "@import", "url(", "<link", "<img", "<iframe", "src="] {
        assert!(!foreign.contains(sign), "{name} has {sign}");
    }
    assert!(page.contains("prefers-color-scheme: dark"), "{name} has no dark theme");
}

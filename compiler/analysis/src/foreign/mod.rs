//! Files in other languages that a program names: the Python files of nodes, with what they define and which files of the
//! project they import, found without Python; the queries that the catalog keeps in files.
//!
//! What lives here: looking at the text of such files. What does not: running them (the engine), and holding a node against
//! what its file defines (`declare`) or a query against its arguments (`check`).

mod python;

use std::collections::BTreeMap;
use std::sync::Arc;

use gml_syntax::ast::{Expr, ExprKind, Item, ItemKind, NodeBody};

use crate::package::Module;
use crate::world::{ReadError, World};
pub(crate) use python::{Function, Script};

/// No more files of one node are followed: a project that has more imports in circles of its own making.
const MOST_FILES: usize = 500;

/// A Python file that a node names.
#[derive(Clone, Debug)]
pub struct PythonFile {
    /// What it defines, or why it could not be read.
    pub(crate) script: Result<Script, ReadError>,
    /// The file and those of the project that it imports, directly or through others; their paths start from the folder of
    /// the program.
    pub files: Vec<Arc<str>>,
}

/// The Python files that the nodes of a program name, by their paths as they are written.
pub(crate) fn load(world: &dyn World, main: &str, modules: &[Module]) -> BTreeMap<Arc<str>, PythonFile> {
    let mut files = BTreeMap::new();
    let folder = main.rfind(['/', '\\']).map_or("", |end| &main[..=end]);
    for item in modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items) {
        let ItemKind::Node(node) = &item.kind else { continue };
        let NodeBody::Foreign { language, args, .. } = &node.body else { continue };
        if &*language.text != "python" {
            continue;
        }
        let file = args.iter().enumerate().find(|(place, arg)| match &arg.name {
            Some(name) => &*name.text == "file",
            None => *place == 0,
        });
        let Some(ExprKind::Text(path)) = file.map(|(_, arg)| &arg.value.kind) else { continue };
        if files.contains_key(path) {
            continue;
        }
        let Some(read) = world.beside(&format!("{folder}{path}")) else { continue };
        let script = read.map(|text| python::scan(&text));
        let imported = match &script {
            Ok(script) => imported(world, folder, path, script),
            Err(_) => vec![path.clone()],
        };
        files.insert(path.clone(), PythonFile { script, files: imported });
    }
    files
}

/// The files of queries that the catalog and envs name, by their paths as they are written: `query(.., file: "sql/orders.sql")`.
/// What an env names and is not there is left out: the env may be for another place, and a run that is given it says so.
pub(crate) fn queries(
    world: &dyn World,
    main: &str,
    modules: &[Module],
) -> BTreeMap<Arc<str>, Result<Arc<str>, ReadError>> {
    let file = |connector: &Expr| {
        let ExprKind::Call { function, args, .. } = &connector.kind else { return None };
        let file = args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| &*name.text == "file"))?;
        let ExprKind::Text(path) = &file.value.kind else { return None };
        let is_query = &*function.text == "query";
        is_query.then(|| Some((path.clone(), world.beside(&from_folder(main, path))?))).flatten()
    };
    let items = modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items);
    let of_item = |item: &Item| -> Vec<_> {
        match &item.kind {
            ItemKind::Catalog(catalog) => catalog.entries.iter().filter_map(|entry| file(&entry.value)).collect(),
            ItemKind::Env(env) => {
                let files = env.settings.iter().filter_map(|setting| file(&setting.value));
                files.filter(|(_, text)| text.is_ok()).collect()
            }
            _ => Vec::new(),
        }
    };
    items.flat_map(of_item).collect()
}

/// A path that a program writes, as the world knows it: it starts from the folder of the main file.
fn from_folder(main: &str, path: &str) -> String {
    if std::path::Path::new(path).is_absolute() {
        return path.to_owned();
    }
    let folder = main.rfind(['/', '\\']).map_or("", |end| &main[..=end]);
    format!("{folder}{path}")
}

/// A file and those of the project that it imports, in the order of their paths.
fn imported(world: &dyn World, folder: &str, path: &Arc<str>, script: &Script) -> Vec<Arc<str>> {
    let mut found: BTreeMap<Arc<str>, ()> = BTreeMap::from([(path.clone(), ())]);
    let root = parent(path).to_owned();
    let mut open: Vec<(Arc<str>, Script)> = vec![(path.clone(), script.clone())];
    while let Some((path, script)) = open.pop() {
        for candidate in script.imports.iter().flat_map(|import| import.files(&path, &root)) {
            if found.len() >= MOST_FILES {
                return found.into_keys().collect();
            }
            if found.contains_key(candidate.as_str()) {
                continue;
            }
            if let Some(Ok(text)) = world.beside(&format!("{folder}{candidate}")) {
                let candidate: Arc<str> = candidate.into();
                found.insert(candidate.clone(), ());
                open.push((candidate, python::scan(&text)));
            }
        }
    }
    found.into_keys().collect()
}

/// The folder of a path, with the `/` behind it; nothing for a file at the root.
fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |end| &path[..=end])
}

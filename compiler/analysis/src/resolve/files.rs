//! The files of a program: the main one and all that it uses.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId, Sources, Span};
use gml_stdlib::MODULES;
use gml_syntax::Kept;
use gml_syntax::ast::{self, ItemKind, Use, UseName};

use super::trees::{Begun, Source, Trees};
use super::{cycle, standard};
use crate::hash::{Map, Set};
use crate::message::imports as message;
use crate::suggest::closest;
use crate::threads;
use crate::tree::Stamp;
use crate::world::{ReadError, SOURCE_LIMIT, World};

/// So many files are worth a thread to read them.
const WORTH_A_THREAD: usize = 2;
/// The place of the main file among the files of a program.
const MAIN: usize = 0;

/// All files of a program.
pub(super) struct Loaded {
    pub sources: Sources,
    /// The main file first, then in the order in which a `use` is first met.
    pub files: Vec<File>,
    /// Places in `files`, each after those that it uses.
    pub bottom_up: Vec<usize>,
    /// Which modules of the standard library are used, by their places in [`MODULES`].
    pub standard: Vec<bool>,
}

/// A file of the project.
pub(super) struct File {
    /// `main`, `features.rates`
    pub name: String,
    pub id: FileId,
    pub ast: Arc<ast::Module>,
    pub stamps: Arc<[Stamp]>,
    /// What is needed to read it again, where it could be read.
    pub kept: Option<Arc<Kept>>,
    /// The `use`s by the places of their items, with what they name.
    pub uses: Vec<(usize, Target)>,
    path: String,
}

/// What a `use` takes names from.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Target {
    /// A file of the project.
    Project(usize),
    /// A module of the standard library.
    Standard(usize),
    /// `std` itself, which holds modules only.
    Library,
    /// Nothing: told already.
    Missing,
}

/// Reads the main file and, in turn, all that are used. Files that are among the trees are not parsed again.
pub(super) fn load(world: &dyn World, main: &str, trees: &mut Trees, diagnostics: &mut Vec<Diagnostic>) -> Loaded {
    let standard = MODULES.iter().map(|module| module.prelude).collect();
    let mut loader = Loader {
        world,
        loaded: Loaded { sources: standard::sources(), files: Vec::new(), bottom_up: Vec::new(), standard },
        by_path: Map::default(),
        found: Vec::new(),
        begun: Vec::new(),
        ahead: Map::default(),
        diagnostics,
    };
    let read = world.read(main);
    loader.add(main.to_owned(), read);
    // The files that these use are looked through together, then those that those use.
    while !loader.found.is_empty() {
        let begun = trees.begin(std::mem::take(&mut loader.found));
        loader.read_ahead(&begun);
        for file in begun {
            loader.follow(file);
        }
    }
    loader.read(trees);
    let mut loaded = loader.loaded;
    loaded.bottom_up = cycle::refuse(&loaded.files, diagnostics);
    loaded
}

struct Loader<'a> {
    world: &'a dyn World,
    loaded: Loaded,
    by_path: Map<String, Target>,
    /// Files that were not looked through yet.
    found: Vec<Source>,
    /// Those that were, and what their `use`s name.
    begun: Vec<(Begun, Vec<Target>)>,
    /// Files that are about to be added.
    ahead: Map<String, Result<Arc<str>, ReadError>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Loader<'_> {
    fn add(&mut self, path: String, read: Result<Arc<str>, ReadError>) -> usize {
        let read = read.and_then(|text| match text.len() as u64 {
            bytes if bytes > SOURCE_LIMIT => Err(ReadError::TooLarge { bytes }),
            _ => Ok(text),
        });
        let text = read.as_ref().map_or_else(|_| Arc::from(""), Arc::clone);
        let id = self.loaded.sources.add(path.as_str(), text.clone());
        match read {
            Ok(_) => self.found.push(Source { place: self.loaded.files.len(), path: path.clone(), id, text }),
            Err(error) => self.diagnostics.push(message::unreadable(&path, &error, Span::new(id, 0, 0))),
        }
        let name = path.strip_suffix(".gml").unwrap_or(&path).replace('/', ".");
        let place = self.loaded.files.len();
        self.by_path.insert(path.clone(), Target::Project(place));
        self.loaded.files.push(File {
            name,
            id,
            ast: Arc::default(),
            stamps: Arc::default(),
            kept: None,
            uses: Vec::new(),
            path,
        });
        place
    }

    /// Reads the files that these use and that are not known yet, several at a time.
    fn read_ahead(&mut self, begun: &[Begun]) {
        let used = begun.iter().flat_map(|file| file.uses().into_iter().map(|taken| (file.place(), taken)));
        let paths = used.filter_map(|(place, taken)| self.paths_of(place, taken)?.into_iter().next());
        let paths: Set<String> = paths.filter(|path| !self.by_path.contains_key(path)).collect();
        let paths: Vec<String> = paths.into_iter().collect();
        let read = threads::map(paths.len(), paths.len() / WORTH_A_THREAD, |place| self.world.read(&paths[place]));
        self.ahead = paths.into_iter().zip(read).collect();
    }

    fn follow(&mut self, file: Begun) {
        let uses = file.uses().into_iter();
        let targets = uses.map(|taken| self.target(file.place(), taken)).collect();
        self.begun.push((file, targets));
    }

    /// Reads all that was only looked through so far.
    fn read(&mut self, trees: &mut Trees) {
        let (begun, targets): (Vec<Begun>, Vec<Vec<Target>>) = std::mem::take(&mut self.begun).into_iter().unzip();
        let places: Vec<usize> = begun.iter().map(Begun::place).collect();
        for ((place, targets), tree) in places.into_iter().zip(targets).zip(trees.finish(begun)) {
            let items = tree.ast.items.iter().enumerate();
            let uses = items.filter(|(_, item)| matches!(item.kind, ItemKind::Use(_))).map(|(item, _)| item);
            self.loaded.files[place].uses = uses.zip(targets).collect();
            self.loaded.files[place].ast = tree.ast;
            self.loaded.files[place].stamps = tree.stamps;
            self.loaded.files[place].kept = Some(tree.kept);
            self.diagnostics.extend(tree.diagnostics.iter().cloned());
        }
    }

    fn target(&mut self, from: usize, taken: &Use) -> Target {
        let Some((first, last)) = taken.path.first().zip(taken.path.last()) else { return Target::Missing };
        let span = first.span.to(last.span);
        let name = words(taken).join(".");
        let Some(paths) = self.paths_of(from, taken) else { return self.standard(&name, span, taken) };
        for path in &paths {
            if let Some(target) = self.by_path.get(path) {
                return *target;
            }
            match self.ahead.remove(path).unwrap_or_else(|| self.world.read(path)) {
                Err(ReadError::NotFound) => {}
                read => return Target::Project(self.add(path.clone(), read)),
            }
        }
        self.diagnostics.push(self.unknown(&name, &paths, span, taken));
        Target::Missing
    }

    /// Where what a file uses may lie, the nearest first; `None` where it is the standard library.
    fn paths_of(&self, from: usize, taken: &Use) -> Option<Vec<String>> {
        let words = words(taken);
        if matches!(words[..], [] | ["std", ..]) {
            return None;
        }
        let [file, main] = [from, MAIN].map(|place| self.loaded.files[place].path.as_str());
        Some(module_paths(file, main, &words.join(".")))
    }

    fn standard(&mut self, name: &str, span: Span, taken: &Use) -> Target {
        if name == "std" {
            for name in &taken.names {
                if let Some(place) = standard::meant(&name.name.text) {
                    self.loaded.standard[place] = true;
                }
            }
            return Target::Library;
        }
        match MODULES.iter().position(|module| module.name == name) {
            Some(place) => {
                self.loaded.standard[place] = true;
                Target::Standard(place)
            }
            None => {
                self.diagnostics.push(standard::unknown(name, span));
                Target::Missing
            }
        }
    }

    fn unknown(&self, name: &str, paths: &[String], span: Span, taken: &Use) -> Diagnostic {
        if let [UseName { name: inner, .. }] = taken.names.as_slice() {
            let is_folder = |path: &String| {
                let folder = path.strip_suffix(".gml").unwrap_or(path);
                self.world.modules_in(folder).contains(&format!("{folder}/{}.gml", inner.text))
            };
            if paths.iter().any(is_folder) {
                let module = format!("{name}.{}", inner.text);
                return message::takes_nothing(&module, Span { end: inner.span.end, ..span });
            }
        }
        let prefix = name.rsplit_once('.').map_or(String::new(), |(prefix, _)| format!("{prefix}."));
        let beside: Vec<String> = paths.iter().flat_map(|path| self.world.modules_in(folder_of(path))).collect();
        let beside = beside.iter().filter_map(|path| {
            let file = path.rsplit('/').next().unwrap_or(path);
            Some(format!("{prefix}{}", file.strip_suffix(".gml")?))
        });
        let standard = MODULES.iter().filter(|module| !module.prelude).map(|module| module.name.to_owned());
        let candidates: Vec<String> = beside.chain(standard.clone()).collect();
        let last = |module: &String| module.rsplit('.').next() == Some(name);
        let proposal = standard.clone().find(last);
        let proposal = proposal.or_else(|| closest(name, candidates.iter().map(String::as_str)).map(str::to_owned));
        message::unknown_module(name, paths, span, proposal.as_deref())
    }
}

/// Where a module of the project (`features.rates`) that a file uses may lie, the nearest first: beside the file, then in the folder of
/// the main file.
pub fn module_paths(file: &str, main: &str, module: &str) -> Vec<String> {
    let module = module.replace('.', "/");
    let within = |file: &str| {
        let folder = folder_of(file);
        let slash = if folder.is_empty() { "" } else { "/" };
        format!("{folder}{slash}{module}.gml")
    };
    let mut paths = vec![within(file), within(main)];
    paths.dedup();
    paths
}

/// The folder of a file of a [`World`](crate::World); nothing for one at its top.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The words of the path of a `use`.
fn words(taken: &Use) -> Vec<&str> {
    taken.path.iter().map(|name| &*name.text).collect()
}

/// Where a `use` names its module.
pub(super) fn path_span(taken: &Use, otherwise: Span) -> Span {
    taken.path.first().zip(taken.path.last()).map_or(otherwise, |(first, last)| first.span.to(last.span))
}

/// Adds a name to those seen; as an error the place where it was seen first.
pub(super) fn once<K: std::hash::Hash + Eq>(seen: &mut Map<K, Span>, name: K, span: Span) -> Result<(), Span> {
    match seen.entry(name) {
        Entry::Occupied(first) => Err(*first.get()),
        Entry::Vacant(place) => {
            place.insert(span);
            Ok(())
        }
    }
}

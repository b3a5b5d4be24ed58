//! The trees of files, and those that are still good from the last time.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};
use gml_syntax::ast::{self, ItemKind, Use};
use gml_syntax::{Outline, Piece};

use crate::hash::{Map, map_for};
use crate::threads;

/// Trees by the path of their file. One serves as long as the file has the same text and the same id, which its spans
/// name.
#[derive(Debug, Default)]
pub struct Trees {
    by_path: Map<String, Tree>,
}

/// What was read of a file.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    id: FileId,
    text: Arc<str>,
    /// Its declarations.
    pub ast: Arc<ast::Module>,
    /// What is wrong with it.
    pub diagnostics: Arc<[Diagnostic]>,
}

/// A file to be read.
pub(super) struct Source {
    /// Its place among the files of the program.
    pub place: usize,
    pub path: String,
    pub id: FileId,
    pub text: Arc<str>,
}

/// A file of which the `use`s are known: they name the next files, so they are read before everything else.
pub(super) struct Begun {
    source: Source,
    state: State,
}

enum State {
    Known(Tree),
    Open { outline: Outline, uses: Vec<(usize, Piece)> },
}

/// So many bytes of source are worth a thread.
const WORTH_A_THREAD: usize = 64 << 10;
/// So many declarations are read at a time.
const AT_A_TIME: usize = 16;

impl Begun {
    /// The file's place among those of the program.
    pub fn place(&self) -> usize {
        self.source.place
    }

    /// The `use`s, in order.
    pub fn uses(&self) -> Vec<&Use> {
        let kinds: Vec<&ItemKind> = match &self.state {
            State::Known(tree) => tree.ast.items.iter().map(|item| &item.kind).collect(),
            State::Open { uses, .. } => uses.iter().filter_map(|(_, piece)| Some(&piece.item.as_ref()?.kind)).collect(),
        };
        let uses = kinds.into_iter().map(|kind| if let ItemKind::Use(taken) = kind { Some(taken) } else { None });
        uses.flatten().collect()
    }
}

impl Trees {
    /// Looks for the `use`s of files.
    pub(super) fn begin(&self, files: Vec<Source>) -> Vec<Begun> {
        let bytes: usize = files.iter().filter(|file| !self.has(file)).map(|file| file.text.len()).sum();
        let states = threads::map(files.len(), bytes / WORTH_A_THREAD, |place| self.state(&files[place]));
        files.into_iter().zip(states).map(|(source, state)| Begun { source, state }).collect()
    }

    fn state(&self, file: &Source) -> State {
        if let Some(tree) = self.by_path.get(&file.path).filter(|tree| tree.is_of(file)) {
            return State::Known(tree.clone());
        }
        let outline = Outline::new(file.id, file.text.clone());
        // `allow(..)` may stand before it.
        let is_use =
            |place: &usize| outline.text(*place).starts_with("use") || outline.text(*place).starts_with("allow");
        let uses = (0..outline.len()).filter(is_use).map(|place| (place, outline.read(place))).collect();
        State::Open { outline, uses }
    }

    /// The trees of all files of a program, in order. Those of others are forgotten.
    pub(super) fn finish(&mut self, files: Vec<Begun>) -> Vec<Tree> {
        let read = rest(&files).into_iter();
        let mut read = read.peekable();
        let mut known = map_for(files.len());
        let mut trees = Vec::with_capacity(files.len());
        for (place, Begun { source, state }) in files.into_iter().enumerate() {
            let tree = match state {
                State::Known(tree) => tree,
                State::Open { outline, uses } => {
                    let mut pieces = uses;
                    while let Some((_, of_file)) = read.next_if(|(file, _)| *file == place) {
                        pieces.extend(of_file);
                    }
                    pieces.sort_by_key(|(place, _)| *place);
                    let parsed = outline.parsed(pieces.into_iter().map(|(_, piece)| piece));
                    let diagnostics = parsed.diagnostics.into();
                    Tree { id: source.id, text: source.text, ast: Arc::new(parsed.module), diagnostics }
                }
            };
            known.insert(source.path, tree.clone());
            trees.push(tree);
        }
        self.by_path = known;
        trees
    }

    fn has(&self, file: &Source) -> bool {
        self.by_path.get(&file.path).is_some_and(|tree| tree.is_of(file))
    }
}

impl Tree {
    fn is_of(&self, file: &Source) -> bool {
        self.id == file.id && (Arc::ptr_eq(&self.text, &file.text) || self.text == file.text)
    }
}

/// All declarations but the `use`s, a few of a file at a time, in order.
fn rest(files: &[Begun]) -> Vec<(usize, Vec<(usize, Piece)>)> {
    let mut work = Vec::new();
    let mut bytes = 0;
    for (file, begun) in files.iter().enumerate() {
        if let State::Open { outline, uses } = &begun.state {
            bytes += begun.source.text.len();
            let known = |place: &usize| uses.binary_search_by_key(place, |(place, _)| *place).is_ok();
            let places: Vec<usize> = (0..outline.len()).filter(|place| !known(place)).collect();
            work.extend(places.chunks(AT_A_TIME).map(|places| (file, outline, places.to_vec())));
        }
    }
    threads::map(work.len(), bytes / WORTH_A_THREAD, |place| {
        let (file, outline, places) = &work[place];
        (*file, places.iter().map(|place| (*place, outline.read(*place))).collect())
    })
}

//! The trees of files, and those that are still good from the last time.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};
use gml_syntax::ast::{self, ItemKind, Use};
use gml_syntax::{Edited, Kept, Outline, Piece};

use crate::hash::Map;
use crate::package::{Module, Package};
use crate::threads;
use crate::tree::Stamp;

/// Trees by the path of their file. One serves as long as the file has the same text and the same id, which its spans
/// name; where the text was changed, what lies before and behind that is taken over.
#[derive(Debug, Default)]
pub struct Trees {
    by_path: Map<String, Tree>,
    /// How many stamps were given out.
    stamps: u64,
    /// What stands elsewhere since the last time.
    moves: Vec<Move>,
}

/// What was read of a file.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    id: FileId,
    /// Its declarations.
    pub ast: Arc<ast::Module>,
    /// The stamps of these.
    pub stamps: Arc<[Stamp]>,
    /// What is wrong with it.
    pub diagnostics: Arc<[Diagnostic]>,
    /// What is needed to read it again.
    pub kept: Arc<Kept>,
}

/// Declarations that were taken over and stand elsewhere: what began at `from` or behind it in the text before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    /// The file.
    pub file: FileId,
    /// The first byte of it that stands elsewhere.
    pub from: u32,
    /// By so many bytes.
    pub by: i32,
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
    /// Those of a program that was read.
    pub(super) fn of(package: &Package) -> Self {
        let tree = |module: &Module| {
            let (ast, stamps, kept) = module.ast.parts()?;
            // What is wrong with it was told.
            let tree = Tree { id: module.file, ast, stamps, diagnostics: Arc::default(), kept };
            Some((package.sources.path(module.file).to_owned(), tree))
        };
        Self { by_path: package.modules.iter().filter_map(tree).collect(), ..Self::default() }
    }

    /// What stands elsewhere than it did the last time.
    pub(crate) fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Looks for the `use`s of files.
    pub(super) fn begin(&mut self, files: Vec<Source>) -> Vec<Begun> {
        let known: Vec<Option<Tree>> = files.iter().map(|file| self.known(file)).collect();
        let unknown = files.iter().zip(&known).filter(|(_, known)| known.is_none());
        let bytes: usize = unknown.map(|(file, _)| file.text.len()).sum();
        let states = threads::map(files.len(), bytes / WORTH_A_THREAD, |place| match &known[place] {
            Some(tree) => State::Known(tree.clone()),
            None => opened(&files[place]),
        });
        files.into_iter().zip(states).map(|(source, state)| Begun { source, state }).collect()
    }

    /// The tree of a file that was read before, brought up to date where little has changed in it.
    fn known(&mut self, file: &Source) -> Option<Tree> {
        let tree = self.by_path.get(&file.path).filter(|tree| tree.id == file.id)?;
        if Arc::ptr_eq(tree.kept.text(), &file.text) || **tree.kept.text() == *file.text {
            return Some(tree.clone());
        }
        let Tree { id, ast, stamps, kept, .. } = self.by_path.remove(&file.path)?;
        // Nobody else holds the tree where its analysis was let go of.
        let module = Arc::try_unwrap(ast).unwrap_or_else(|shared| (*shared).clone());
        let Edited { module, diagnostics, before, from, moved, kept } = kept.edited(module, file.text.clone()).ok()?;
        let stamps = before.iter().map(|before| match before.and_then(|before| stamps.get(before)) {
            Some(stamp) => *stamp,
            None => self.stamp(),
        });
        let stamps = stamps.collect();
        if moved != 0 {
            self.moves.push(Move { file: id, from: u32::try_from(from).unwrap_or(u32::MAX), by: moved });
        }
        let tree = Tree { id, ast: Arc::new(module), stamps, diagnostics: diagnostics.into(), kept: Arc::new(kept) };
        self.by_path.insert(file.path.clone(), tree.clone());
        Some(tree)
    }

    fn stamp(&mut self) -> Stamp {
        self.stamps += 1;
        Stamp(self.stamps)
    }

    /// The trees of all files of a program, in order. Those of others are forgotten.
    pub(super) fn finish(&mut self, files: Vec<Begun>) -> Vec<Tree> {
        let bytes = bytes_to_read(&files);
        let mut read = rest(&files, bytes).into_iter().peekable();
        let mut paths = Vec::with_capacity(files.len());
        let mut states = Vec::with_capacity(files.len());
        for (place, Begun { source, state }) in files.into_iter().enumerate() {
            let of_file = std::iter::from_fn(|| Some(read.next_if(|(file, _)| *file == place)?.1)).collect();
            paths.push(source.path);
            states.push((source.id, state, of_file));
        }
        let mut trees = threads::map_all(states, bytes / WORTH_A_THREAD, |(id, state, pieces)| match state {
            State::Known(tree) => tree,
            State::Open { outline, uses } => whole(id, outline, uses, pieces),
        });
        for tree in trees.iter_mut().filter(|tree| tree.stamps.len() != tree.ast.items.len()) {
            tree.stamps = tree.ast.items.iter().map(|_| self.stamp()).collect();
        }
        self.by_path = paths.into_iter().zip(trees.iter().cloned()).collect();
        trees
    }

    /// Forgets what stood elsewhere: from here on, the next time counts.
    pub(super) fn settle(&mut self) {
        self.moves.clear();
    }
}

/// A file that is read from its beginning.
fn opened(file: &Source) -> State {
    let outline = Outline::new(file.id, file.text.clone());
    // `allow(..)` may stand before it.
    let is_use = |place: &usize| outline.text(*place).starts_with("use") || outline.text(*place).starts_with("allow");
    let uses = (0..outline.len()).filter(is_use).map(|place| (place, outline.read(place))).collect();
    State::Open { outline, uses }
}

/// Of files that are not known, how long they are together.
fn bytes_to_read(files: &[Begun]) -> usize {
    let open = files.iter().filter(|begun| matches!(begun.state, State::Open { .. }));
    open.map(|begun| begun.source.text.len()).sum()
}

/// A file of which all declarations were read. They have no stamps yet.
fn whole(id: FileId, outline: Outline, uses: Vec<(usize, Piece)>, others: Vec<Vec<(usize, Piece)>>) -> Tree {
    let mut pieces = uses;
    pieces.extend(others.into_iter().flatten());
    pieces.sort_by_key(|(place, _)| *place);
    let pieces = pieces.into_iter().map(|(_, piece)| piece).collect();
    let (module, diagnostics, kept) = outline.kept(pieces);
    let (diagnostics, kept) = (diagnostics.into(), Arc::new(kept));
    Tree { id, ast: Arc::new(module), stamps: Arc::default(), diagnostics, kept }
}

/// All declarations but the `use`s, a few of a file at a time, in order.
fn rest(files: &[Begun], bytes: usize) -> Vec<(usize, Vec<(usize, Piece)>)> {
    let mut work = Vec::new();
    for (file, begun) in files.iter().enumerate() {
        if let State::Open { outline, uses } = &begun.state {
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

#[cfg(test)]
mod tests {
    use super::super::resolve_again;
    use super::*;
    use crate::MemoryWorld;

    /// The trees of the files, as they are kept after a check.
    fn kept(trees: &mut Trees, main: &str, lib: &str) -> [Arc<ast::Module>; 2] {
        let world = MemoryWorld::new([("main.gml", main), ("lib.gml", lib)]);
        resolve_again(&world, "main.gml", trees);
        ["main.gml", "lib.gml"].map(|path| trees.by_path[path].ast.clone())
    }

    #[test]
    fn only_a_file_that_has_changed_is_parsed_again() {
        let (main, lib) = ("use lib.{one}\nfn two() -> int = one() + 1\n", "fn one() -> int = 1\n");
        let mut trees = Trees::default();
        let [_, first] = kept(&mut trees, main, lib);
        let [changed, same] = kept(&mut trees, &main.replace("+ 1", "+ 2"), lib);
        assert!(Arc::ptr_eq(&first, &same), "nothing in lib.gml was touched");
        let [same, changed_too] = kept(&mut trees, &main.replace("+ 1", "+ 2"), "fn one() -> int = 3\n");
        assert!(Arc::ptr_eq(&changed, &same), "nothing in main.gml was touched");
        assert!(!Arc::ptr_eq(&first, &changed_too));
    }
}

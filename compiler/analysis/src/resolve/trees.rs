//! The trees of files that were read before.

use std::collections::HashMap;
use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};
use gml_syntax::ast;

use crate::threads;

/// Trees by the path of their file. One serves as long as the file has the same text and the same id, which its spans
/// name.
#[derive(Debug, Default)]
pub struct Trees {
    by_path: HashMap<String, Tree>,
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
    pub path: String,
    pub id: FileId,
    pub text: Arc<str>,
}

/// So many bytes of source are worth a thread.
const WORTH_A_THREAD: usize = 64 << 10;

impl Trees {
    /// The trees of these files, in order; those that changed are read anew.
    pub(super) fn of(&mut self, files: &[Source]) -> Vec<Tree> {
        let changed: Vec<&Source> = files.iter().filter(|file| !self.has(file)).collect();
        let bytes: usize = changed.iter().map(|file| file.text.len()).sum();
        let trees = threads::map(changed.len(), bytes / WORTH_A_THREAD, |place| Tree::read(changed[place]));
        for (file, tree) in changed.into_iter().zip(trees) {
            self.by_path.insert(file.path.clone(), tree);
        }
        files.iter().filter_map(|file| self.by_path.get(&file.path).cloned()).collect()
    }

    /// Forgets the files of other paths than these.
    pub(super) fn keep<'p>(&mut self, paths: impl Iterator<Item = &'p str>) {
        let mut kept = HashMap::with_capacity(self.by_path.len());
        kept.extend(paths.filter_map(|path| self.by_path.remove_entry(path)));
        self.by_path = kept;
    }

    fn has(&self, file: &Source) -> bool {
        let same = |tree: &Tree| tree.id == file.id && (Arc::ptr_eq(&tree.text, &file.text) || tree.text == file.text);
        self.by_path.get(&file.path).is_some_and(same)
    }
}

impl Tree {
    fn read(file: &Source) -> Self {
        let parsed = gml_syntax::parse(file.id, &file.text);
        Self {
            id: file.id,
            text: file.text.clone(),
            ast: Arc::new(parsed.module),
            diagnostics: parsed.diagnostics.into(),
        }
    }
}

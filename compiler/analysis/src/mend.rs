//! A program mended by the fixes of its own diagnostics.
//!
//! What lives here: which fixes are made, in which order, and when to stop. What does not: where the edits come from (each
//! diagnostic brings its own) and writing files.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gml_diagnostics::{Code, Diagnostic, FileId, Fix, Severity, Sources};

use crate::world::{ReadError, World};
use crate::{Analysis, check};

/// Which fixes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixes {
    /// Those that keep the meaning.
    Safe,
    /// Those that may not be what was meant as well.
    All,
}

/// A program after its fixes.
#[derive(Debug)]
pub struct Mended {
    /// The files that are different now, by the path that the world knows them by: what each held, and holds now.
    pub files: BTreeMap<String, Changed>,
    /// What was done, in the order in which it was.
    pub done: Vec<Done>,
    /// What there is to say of the program as it is now.
    pub analysis: Analysis,
}

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What it held.
    pub before: Arc<str>,
    /// What it holds now.
    pub after: Arc<str>,
}

/// A fix that was made, with the place of its diagnostic at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The kind of diagnostic.
    pub code: Code,
    /// What it said.
    pub message: String,
    /// What the fix did.
    pub title: String,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// So many rounds are made at most: a fix can show what another one stood in the way of.
const ROUNDS: usize = 100;

/// Makes the fixes of a program, checks it again, and goes on until none is left. No fix is kept that leaves the program
/// with more errors than it had before it.
pub fn mend(world: &dyn World, main: &str, fixes: Fixes) -> Mended {
    mend_within(world, main, fixes, None)
}

/// The same for one file of a program, by the path that the world knows it by: the others stay as they are.
pub fn mend_file(world: &dyn World, main: &str, path: &str, fixes: Fixes) -> Mended {
    mend_within(world, main, fixes, Some(path))
}

fn mend_within(world: &dyn World, main: &str, fixes: Fixes, path: Option<&str>) -> Mended {
    let mut changed: BTreeMap<String, Changed> = BTreeMap::new();
    let mut done = Vec::new();
    let mut refused: BTreeSet<Key> = BTreeSet::new();
    let mut seen: BTreeSet<Vec<Arc<str>>> = BTreeSet::new();
    let mut analysis = check(world, main);
    for _ in 0..ROUNDS {
        let wanted = wanted(&analysis, fixes, path, &refused);
        if wanted.is_empty() {
            break;
        }
        let step = Step { world, main, changed: &changed, analysis: &analysis };
        // All at once where each does its part, else the first one that does no harm: two may mend the same thing.
        let (made, next) = match step.attempt(&wanted).filter(|next| is_better(next, &analysis, &wanted)) {
            Some(next) => (wanted.clone(), next),
            None => {
                let single = wanted.iter().find_map(|diagnostic| {
                    let next = step.attempt(&[diagnostic]).filter(|next| !is_worse(&next.analysis, &analysis));
                    if next.is_none() {
                        refused.insert(key(diagnostic));
                    }
                    Some((vec![*diagnostic], next?))
                });
                match single {
                    Some(single) => single,
                    None => break,
                }
            }
        };
        if !seen.insert(next.changed.values().map(|file| file.after.clone()).collect()) {
            break;
        }
        let sources = &analysis.package.sources;
        let applied = made.iter().zip(&next.applied);
        done.extend(applied.filter(|(_, is_applied)| **is_applied).map(|(diagnostic, _)| report(diagnostic, sources)));
        changed = next.changed;
        analysis = next.analysis;
    }
    changed.retain(|_, file| file.before != file.after);
    Mended { files: changed, done, analysis }
}

/// What a fix is known by, once the text around it has moved.
type Key = (&'static str, String, String);

fn key(diagnostic: &Diagnostic) -> Key {
    let title = diagnostic.fix.as_ref().map_or_else(String::new, |fix| fix.title.clone());
    (diagnostic.code.id(), diagnostic.message.clone(), title)
}

/// The diagnostics whose fixes are to be made. While there are errors, only theirs: what seems unused may be what a
/// misspelt name means.
fn wanted<'a>(
    analysis: &'a Analysis,
    fixes: Fixes,
    path: Option<&str>,
    refused: &BTreeSet<Key>,
) -> Vec<&'a Diagnostic> {
    let package = &analysis.package;
    let is_own = |file: FileId| match path {
        Some(path) => package.sources.path(file) == path,
        None => !package.modules.iter().any(|module| module.is_std && module.file == file),
    };
    let is_wanted =
        |fix: &Fix| (fix.safe || fixes == Fixes::All) && fix.edits.iter().all(|edit| is_own(edit.span.file));
    let is_wrong = |diagnostic: &&Diagnostic| diagnostic.code.severity() == Severity::Error;
    let only_errors = analysis.diagnostics.iter().any(|diagnostic| is_wrong(&diagnostic));
    let with_fix = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| (!only_errors || is_wrong(diagnostic)) && diagnostic.fix.as_ref().is_some_and(is_wanted));
    with_fix.filter(|diagnostic| !refused.contains(&key(diagnostic))).collect()
}

fn is_worse(after: &Analysis, before: &Analysis) -> bool {
    errors(after) > errors(before)
}

/// Whether every error whose fix was made is gone, and no other has come.
fn is_better(next: &Next, before: &Analysis, made: &[&Diagnostic]) -> bool {
    let applied = made.iter().zip(&next.applied).filter(|(diagnostic, applied)| **applied && diagnostic.is_error());
    errors(&next.analysis) + applied.count() <= errors(before)
}

fn errors(analysis: &Analysis) -> usize {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
}

fn report(diagnostic: &Diagnostic, sources: &Sources) -> Done {
    let span = diagnostic.span;
    let (line, column) = sources.line_column(span.file, span.start);
    Done {
        code: diagnostic.code,
        message: diagnostic.message.clone(),
        title: diagnostic.fix.as_ref().map_or_else(String::new, |fix| fix.title.clone()),
        path: sources.path(span.file).to_owned(),
        line,
        column,
    }
}

/// A program in the middle of being mended.
struct Step<'s> {
    world: &'s dyn World,
    main: &'s str,
    changed: &'s BTreeMap<String, Changed>,
    analysis: &'s Analysis,
}

/// The program after some fixes.
struct Next {
    changed: BTreeMap<String, Changed>,
    /// Which of the fixes were made: one that touches what another did is not.
    applied: Vec<bool>,
    analysis: Analysis,
}

impl Step<'_> {
    /// Makes the fixes of these diagnostics; `None` where none of them could be made.
    fn attempt(&self, diagnostics: &[&Diagnostic]) -> Option<Next> {
        let sources = &self.analysis.package.sources;
        let fixes = diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
        let (texts, applied) = gml_diagnostics::apply(sources, fixes);
        let mut changed = self.changed.clone();
        for (file, text) in texts {
            let now: Arc<str> = text.into();
            let file = changed
                .entry(sources.path(file).to_owned())
                .or_insert_with(|| Changed { before: sources.shared_text(file), after: now.clone() });
            file.after = now;
        }
        if !applied.contains(&true) {
            return None;
        }
        let analysis = check(&Overlay { world: self.world, changed: &changed }, self.main);
        Some(Next { changed, applied, analysis })
    }
}

/// A world with some of its files changed.
struct Overlay<'o> {
    world: &'o dyn World,
    changed: &'o BTreeMap<String, Changed>,
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        match self.changed.get(path) {
            Some(file) => Ok(file.after.clone()),
            None => self.world.read(path),
        }
    }

    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        self.world.beside(path)
    }

    fn modules_in(&self, folder: &str) -> Vec<String> {
        self.world.modules_in(folder)
    }
}

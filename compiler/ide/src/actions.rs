//! Edits that mend what a diagnostic says.

use gml_analysis::{Fixes, mend_file};
use gml_diagnostics::{Diagnostic, FileId, Span};

use crate::completion::Source;
use crate::edit::{Edit, apply};

/// An edit that an editor offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, in a few words.
    pub title: String,
    /// The diagnostic that it mends, by its place in the list.
    pub diagnostic: usize,
    /// What it changes.
    pub edits: Vec<Edit>,
    /// Whether it keeps the meaning.
    pub safe: bool,
}

/// The fixes for diagnostics whose places touch `start..end` of a file.
pub fn actions(diagnostics: &[Diagnostic], file: FileId, start: u32, end: u32) -> Vec<Action> {
    let here = Span::new(file, start, end);
    let touched = diagnostics.iter().enumerate().filter(|(_, it)| it.span.touches(here));
    touched.filter_map(|(place, diagnostic)| action(place, diagnostic)).collect()
}

/// The edits that make all safe fixes of a file: those too that others stand in the way of.
pub fn fix_all(source: Source<'_>, diagnostics: &[Diagnostic], file: FileId) -> Vec<Edit> {
    let at_once = without_overlaps(diagnostics, file);
    if at_once.is_empty() {
        return at_once;
    }
    let path = source.package.sources.path(file);
    let mended = mend_file(source.world, source.main, path, Fixes::Safe);
    match mended.files.get(path) {
        // Small edits leave the cursor and the folds of an editor where they are.
        Some(changed) if *apply(&changed.before, &at_once) == *changed.after => at_once,
        Some(changed) => vec![Edit::between(file, &changed.before, &changed.after)],
        None => Vec::new(),
    }
}

/// The safe fixes that stand beside each other.
fn without_overlaps(diagnostics: &[Diagnostic], file: FileId) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let all = diagnostics.iter().enumerate().filter_map(|(place, diagnostic)| action(place, diagnostic));
    for action in all.filter(|action| action.safe) {
        let overlaps = |edit: &Edit| edits.iter().any(|other| other.span.overlaps(edit.span) || other == edit);
        if action.edits.iter().all(|edit| edit.span.file == file && !overlaps(edit)) {
            edits.extend(action.edits);
        }
    }
    edits.sort_by_key(|edit| edit.span.start);
    edits
}

fn action(place: usize, diagnostic: &Diagnostic) -> Option<Action> {
    let fix = diagnostic.fix.as_ref()?;
    let edits = fix.edits.iter().map(|edit| Edit::new(edit.span, edit.replacement.clone()));
    Some(Action { title: capital(&fix.title), diagnostic: place, edits: edits.collect(), safe: fix.safe })
}

/// Menus begin with a capital.
fn capital(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

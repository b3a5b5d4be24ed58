//! Edits that mend what a diagnostic says.

use gml_diagnostics::{Diagnostic, FileId};

use crate::edit::Edit;

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
    let touched = diagnostics
        .iter()
        .enumerate()
        .filter(|(_, it)| it.span.file == file && it.span.start <= end && start <= it.span.end);
    touched.filter_map(|(place, diagnostic)| action(place, diagnostic)).collect()
}

/// All safe fixes of a file in one action, where there is one.
pub fn fix_all(diagnostics: &[Diagnostic], file: FileId) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let all = diagnostics.iter().enumerate().filter_map(|(place, diagnostic)| action(place, diagnostic));
    for action in all.filter(|action| action.safe) {
        let overlaps = |edit: &Edit| {
            edits
                .iter()
                .any(|other| other.span.start < edit.span.end && edit.span.start < other.span.end || other == edit)
        };
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

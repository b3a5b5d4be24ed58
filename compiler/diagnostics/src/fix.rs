//! Edits that mend a program, and their application.

use std::collections::BTreeMap;

use crate::{FileId, Sources, Span};

/// A piece of text that is replaced by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What stands there afterwards; empty to remove.
    pub replacement: String,
}

/// A way to mend the program: an editor offers it, `gmlc check --fix` applies it where it is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as the item of a menu: ``replace with `price` ``.
    pub title: String,
    /// The edits, in any files of the program; none overlaps another. They belong together: all are made or none is.
    pub edits: Vec<Edit>,
    /// Whether it keeps the meaning, so that it may be applied without being read first.
    pub safe: bool,
}

impl Fix {
    /// A single edit that keeps the meaning.
    pub fn safe(span: Span, replacement: impl Into<String>) -> Self {
        Self { safe: true, ..Self::guess(span, replacement) }
    }

    /// A single edit that may not be what was meant.
    pub fn guess(span: Span, replacement: impl Into<String>) -> Self {
        let edit = Edit { span, replacement: replacement.into() };
        Self { title: title(&edit), edits: vec![edit], safe: false }
    }

    /// Sets what a menu calls it.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Adds an edit that belongs to it.
    pub fn and(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit { span, replacement: replacement.into() });
        self
    }
}

/// What a single edit does, in a few words.
fn title(edit: &Edit) -> String {
    const LONGEST: usize = 60;
    let text = edit.replacement.trim();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{} ..", line[..cut].trim_end()),
        None => line,
    };
    match (edit.span.is_empty(), shown.is_empty()) {
        (_, true) => "remove this".to_owned(),
        (true, _) => format!("insert `{shown}`"),
        (false, _) => format!("replace with `{shown}`"),
    }
}

/// The texts of the files that `fixes` change, and which of them were applied.
///
/// A fix is applied whole or not at all: one that touches what an earlier one changed, whose edits overlap each other,
/// or that points out of its file, is left for the next round. Which are applied depends on their order alone.
pub fn apply<'f>(sources: &Sources, fixes: impl IntoIterator<Item = &'f Fix>) -> (BTreeMap<FileId, String>, Vec<bool>) {
    let mut taken: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut applied = Vec::new();
    for fix in fixes {
        let is_possible = !fix.edits.is_empty()
            && fix.edits.iter().all(|edit| is_in_text(sources, edit.span))
            && fix.edits.iter().enumerate().all(|(place, edit)| {
                let own = fix.edits[..place].iter();
                let others = taken.get(&edit.span.file).into_iter().flatten().copied();
                own.chain(others).all(|other| !collide(edit.span, other.span))
            });
        if is_possible {
            fix.edits.iter().for_each(|edit| taken.entry(edit.span.file).or_default().push(edit));
        }
        applied.push(is_possible);
    }
    let texts = taken.into_iter().map(|(file, edits)| (file, edited(sources.text(file), edits))).collect();
    (texts, applied)
}

/// Whether a span can be replaced: within the text, between characters.
fn is_in_text(sources: &Sources, span: Span) -> bool {
    sources.contains(span.file) && sources.text(span.file).get(span.start as usize..span.end as usize).is_some()
}

/// Whether two edits cannot both be made: they share bytes, or they meet so that their order would matter.
fn collide(a: Span, b: Span) -> bool {
    a.overlaps(b) || (a.is_empty() || b.is_empty()) && a.touches(b)
}

fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.replacement);
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: FileId = FileId(0);

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::new();
        sources.add("main.gml", text);
        sources
    }

    fn at(start: u32, end: u32) -> Span {
        Span::new(FILE, start, end)
    }

    fn applied(text: &str, fixes: &[Fix]) -> (String, usize) {
        let (mut texts, applied) = apply(&sources(text), fixes);
        let count = applied.into_iter().filter(|is_applied| *is_applied).count();
        (texts.remove(&FILE).unwrap_or_else(|| text.to_owned()), count)
    }

    #[test]
    fn edits_are_made_side_by_side() {
        let fixes = [Fix::safe(at(6, 7), "three"), Fix::safe(at(0, 1), "one").and(at(3, 4), "two")];
        assert_eq!(applied("a, b, c", &fixes), ("one, two, three".to_owned(), 2));
    }

    #[test]
    fn of_two_that_overlap_the_first_is_made() {
        let fixes = [Fix::safe(at(0, 4), "x"), Fix::safe(at(5, 7), "y").and(at(2, 3), "z"), Fix::safe(at(5, 6), "w")];
        assert_eq!(applied("abcdefg", &fixes), ("xewg".to_owned(), 2));
    }

    #[test]
    fn two_insertions_at_one_place_are_made_one_after_the_other() {
        let fixes = [Fix::safe(at(1, 1), "x"), Fix::safe(at(1, 1), "y"), Fix::safe(at(1, 2), "z")];
        assert_eq!(applied("ab", &fixes), ("axb".to_owned(), 1));
    }

    #[test]
    fn what_points_out_of_the_text_is_left() {
        let fixes = [Fix::safe(at(1, 2), "x"), Fix::safe(at(0, 99), "y"), Fix::safe(Span::NOWHERE, "z")];
        assert_eq!(applied("ä", &fixes), ("ä".to_owned(), 0));
    }

    #[test]
    fn titles_say_what_is_done() {
        let titles = [Fix::guess(at(0, 1), ".price"), Fix::safe(at(1, 1), "\nuse a.{b}\n"), Fix::safe(at(0, 3), " ")];
        assert_eq!(
            titles.map(|fix| fix.title),
            ["replace with `.price`", "insert `use a.{b}`", "remove this"].map(str::to_owned)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Bytes that no applied edit touched are still there, in order.
        #[test]
        fn the_rest_is_kept(
            text in "[a-zä漢\n]{0,30}",
            spans in proptest::collection::vec((0u32..40, 0u32..10), 0..12),
        ) {
            let fixes: Vec<Fix> = spans.iter().map(|(start, length)| Fix::safe(at(*start, start + length), "#")).collect();
            let (after, count) = applied(&text, &fixes);
            prop_assert_eq!(after.matches('#').count(), count);
            let mut rest = text.chars();
            prop_assert!(after.chars().filter(|one| *one != '#').all(|one| rest.any(|other| other == one)));
        }
    }
}

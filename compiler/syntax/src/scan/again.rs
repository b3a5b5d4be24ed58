//! A file that was looked through before and has been changed in one place since: only what lies around that place is
//! looked through again.

use gml_diagnostics::{Diagnostic, FileId, Span};

use super::{Fault, Scan, Scanner};
use crate::docs::Comment;

/// What was found of a file, with what of it is as it was before.
#[derive(Debug)]
pub(crate) struct Again {
    pub scan: Scan,
    /// So many declarations at the beginning are the same.
    pub ahead: usize,
    /// So many at the end are the same, and stand elsewhere.
    pub behind: usize,
    /// By so many bytes.
    pub moved: i32,
    /// Where, in the text before, everything begins that stands elsewhere.
    pub from: usize,
    /// How many comments there are before those that stand elsewhere: now, and then.
    pub comments: (usize, usize),
}

/// Declarations before the one that was changed which are looked through again: what a word means depends on the two
/// words behind it, which may begin declarations themselves.
const MARGIN: usize = 3;

/// Looks through the place where a text differs from that of which `before` was found. `None` where more is needed.
pub(crate) fn scan_again(file: FileId, before: &Scan, old: &str, new: &str) -> Option<Again> {
    // A repaired text is another one than the file's.
    if before.repaired.is_some() {
        return None;
    }
    let changed = Changed::between(old, new);
    let moved = i32::try_from(new.len() as i64 - old.len() as i64).ok()?;
    let ahead = before.starts.partition_point(|start| *start < changed.start).saturating_sub(MARGIN);
    let start = if ahead == 0 { 0 } else { *before.starts.get(ahead)? };
    if ahead > 0 && before.fresh.get(ahead) != Some(&true) {
        return None;
    }
    let mut scanner = Scanner::new(file, new, start);
    if start == 0 && new.starts_with('\u{feff}') {
        return None;
    }
    let behind = scanner.until_as_before(before, &changed, moved);
    let first_start = scanner.scan.starts.first().copied();
    if ahead > 0 && first_start != Some(start) {
        return None;
    }
    let end = behind.and_then(|place| before.starts.get(place).copied()).unwrap_or(old.len());
    let middle = |at: usize| start <= at && at < end;
    if !before.faults.iter().all(|fault| middle(fault.at))
        || !before.diagnostics.iter().all(|found| middle(found.span.start as usize))
    {
        return None;
    }
    let again = scanner.finish();
    Some(joined(before, again, &Place { ahead, start, end, behind, moved }))
}

/// The part that differs, in both texts.
struct Changed {
    start: usize,
    new_end: usize,
}

impl Changed {
    fn between(old: &str, new: &str) -> Self {
        let (a, b) = (old.as_bytes(), new.as_bytes());
        let start = equal(a, b);
        let start = new.floor_char_boundary(old.floor_char_boundary(start));
        let (a, b) = (&a[start..], &b[start..]);
        let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
        let (mut old_end, mut new_end) = (old.len() - end, new.len() - end);
        while !old.is_char_boundary(old_end) {
            old_end += 1;
            new_end += 1;
        }
        Self { start, new_end }
    }
}

/// How many bytes at the beginning are equal.
fn equal(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK)).take_while(|(a, b)| a == b).count();
    let start = (blocks * BLOCK).min(a.len()).min(b.len());
    start + a[start..].iter().zip(&b[start..]).take_while(|(a, b)| a == b).count()
}

/// What was looked through again: from `start` on, up to `end` in the text before.
struct Place {
    ahead: usize,
    start: usize,
    end: usize,
    /// The first declaration behind it.
    behind: Option<usize>,
    moved: i32,
}

impl Scanner<'_> {
    /// Reads on to where a declaration behind what was changed begins as it did before. What is read of the rest depends
    /// on nothing in front of that. `None` where there is no such place.
    fn until_as_before(&mut self, before: &Scan, changed: &Changed, moved: i32) -> Option<usize> {
        while let Some(token) = self.lexer.next() {
            let known = self.scan.starts.len();
            self.token(token);
            let (Some(start), true) = (self.scan.starts.last().copied(), self.scan.starts.len() > known) else {
                continue;
            };
            let line = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
            if line <= changed.new_end || self.scan.fresh.last() != Some(&true) {
                continue;
            }
            let then = usize::try_from(start as i64 - i64::from(moved)).ok()?;
            if let Ok(place) = before.starts.binary_search(&then)
                && before.fresh.get(place) == Some(&true)
            {
                self.scan.starts.pop();
                self.scan.fresh.pop();
                return Some(place);
            }
        }
        None
    }
}

fn joined(before: &Scan, again: Scan, place: &Place) -> Again {
    let moved_at = |at: usize| (at as i64 + i64::from(place.moved)) as usize;
    let behind = place.behind.unwrap_or(before.starts.len());
    let mut starts = before.starts[..place.ahead].to_vec();
    starts.extend(&again.starts);
    starts.extend(before.starts[behind..].iter().map(|start| moved_at(*start)));
    let mut fresh = before.fresh[..place.ahead].to_vec();
    fresh.extend(&again.fresh);
    fresh.extend(&before.fresh[behind..]);
    let comment_at = |at: usize| before.comments.partition_point(|comment| (comment.span.start as usize) < at);
    let (first, last) = (comment_at(place.start), comment_at(place.end));
    let mut comments = before.comments[..first].to_vec();
    comments.extend(again.comments);
    let now = comments.len();
    comments.extend(before.comments[last..].iter().map(|Comment { span, text }| {
        let at = |offset: u32| offset.wrapping_add_signed(place.moved);
        Comment { span: Span { start: at(span.start), end: at(span.end), ..*span }, text: text.clone() }
    }));
    let (faults, diagnostics): (Vec<Fault>, Vec<Diagnostic>) = (again.faults, again.diagnostics);
    let scan = Scan { comments, starts, fresh, faults, diagnostics, repaired: again.repaired };
    Again {
        scan,
        ahead: place.ahead,
        behind: before.starts.len() - behind,
        moved: place.moved,
        from: place.end,
        comments: (now, last),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scan;
    use super::*;

    const PROGRAM: &str = include_str!("../../../../blueprints/ga4_propensity/main.gml");

    /// What one types.
    const TYPED: &[&str] = &[
        "",
        "x",
        " ",
        "\n",
        "}",
        "{",
        "(",
        ")",
        "[",
        "\"",
        "\"\"\"",
        "f\"{",
        "#",
        "## a\n",
        "allow(",
        "type",
        "use",
        "node",
        "fn ",
        "test \"",
        ".",
        ";",
        "é",
        "'",
        "/*",
        "\nnode",
        "\n\nfn f(a: int) -> int = a\n",
        "=",
        "if ",
    ];

    fn parts(scan: &Scan) -> String {
        format!("{scan:?}")
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

        #[test]
        fn what_is_looked_through_again_is_as_though_all_were(
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(TYPED)), 1..5
            )
        ) {
            let file = FileId(3);
            let mut text = PROGRAM.to_owned();
            let mut before = scan(file, &text, 0);
            for (at, length, typed) in edits {
                let start = text.floor_char_boundary(at.index(text.len() + 1));
                let end = text.floor_char_boundary((start + length).min(text.len()));
                let new = format!("{}{typed}{}", &text[..start], &text[end..]);
                let whole = scan(file, &new, 0);
                if let Some(again) = scan_again(file, &before, &text, &new) {
                    prop_assert_eq!(parts(&again.scan), parts(&whole), "{:?} for {:?}", typed, &text[start..end]);
                }
                (before, text) = (whole, new);
            }
        }
    }
}

//! A text that is being typed, made whole enough to be parsed: a name is put where the cursor is, and what was opened
//! before it is closed again.

use gml_diagnostics::FileId;
use gml_syntax::{DECLARATIONS, TokenKind, tokens};

use super::place;

/// The name that stands for what is not typed yet. Together with what is typed already it is one word.
pub(super) const PLACEHOLDER: &str = "gml_cursor_here";

/// A text with the placeholder in it.
pub(super) struct Repaired {
    /// The whole text.
    pub text: String,
    /// A byte within the placeholder.
    pub at: u32,
}

/// What may be missing behind the placeholder, each with a word or bracket before it without which it cannot be.
const ENDINGS: [(&str, &str); 7] = [
    ("", ""),
    ("if", " then null else null"),
    ("then", " else null"),
    ("match", " => null"),
    ("for", " {}"),
    ("when", " {}"),
    ("{", ": null"),
];

/// The same of a whole statement: it stands behind the brackets that the statement opened.
const STATEMENT_ENDINGS: [(&str, &str); 2] = [("", ""), ("save", " as gml_entry_here")];

/// Puts the placeholder at `offset` so that the tree has it. `None` where no way to close what is open leads there.
pub(super) fn repair(text: &str, offset: usize) -> Option<Repaired> {
    let (start, end) = declaration_around(text, offset);
    let (before, behind) = (text.get(start..offset)?, text.get(offset..end)?);
    // The placeholder goes behind the whole word.
    let rest = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let typed = &behind[..behind.len() - rest.len()];
    let open = open_brackets(before);
    let cut = format!("{before}{typed}{PLACEHOLDER}");
    let at = u32::try_from(start + cut.len() - 1).ok()?;
    let mut best: Option<(usize, String)> = None;
    let mut consider = |candidate: String| {
        let parsed = gml_syntax::parse(FileId(0), &candidate);
        let wrong = parsed.diagnostics.len();
        let here = u32::try_from(cut.len() - 1).unwrap_or(u32::MAX);
        let found = parsed.module.items.iter().any(|item| place::find(item, here).is_some());
        if found && best.as_ref().is_none_or(|(least, _)| wrong < *least) {
            best = Some((wrong, candidate));
        }
        found && wrong == 0
    };
    let words: Vec<&str> = tokens(before).map(|token| token.text(before)).collect();
    let can_be = |(needs, _): &&(&str, &str)| needs.is_empty() || words.contains(needs);
    let closers: Vec<char> = open.iter().rev().copied().collect();
    'search: for (_, ending) in ENDINGS.iter().filter(can_be) {
        for (_, last) in STATEMENT_ENDINGS.iter().filter(can_be) {
            for closed in 0..=closers.len() {
                let closing: String = closers.iter().take(closed).collect();
                if consider(format!("{cut}{ending}{closing}{last}{rest}")) {
                    break 'search;
                }
            }
            // What stands behind may belong to nothing any more.
            for closed in 0..=closers.len() {
                let (inner, outer) = closers.split_at(closed);
                let (inner, outer) = (String::from_iter(inner), String::from_iter(outer));
                if consider(format!("{cut}{ending}{inner}{last}{outer}\n")) {
                    break 'search;
                }
                if last.is_empty() {
                    break;
                }
            }
        }
    }
    let (_, candidate) = best?;
    let text = format!("{}{candidate}{}", text.get(..start)?, text.get(end..)?);
    Some(Repaired { text, at })
}

/// The declaration that an offset lies in, by the lines that begin with a word of declarations: what is being typed may
/// be no declaration to the parser.
pub(super) fn declaration_around(text: &str, offset: usize) -> (usize, usize) {
    let (mut start, mut end) = (0, text.len());
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let word = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
        let begins = DECLARATIONS.contains(&word) && line.len() > word.len();
        if begins && line_start <= offset {
            start = line_start;
        } else if begins {
            end = line_start;
            break;
        }
        line_start += line.len();
    }
    (start, end.max(offset))
}

/// What would close the brackets that are open at the end of a text, outermost first; a text that is open is closed by
/// its quotes.
fn open_brackets(text: &str) -> Vec<char> {
    let mut open = Vec::new();
    let mut last_text: Option<(usize, usize)> = None;
    for token in tokens(text) {
        let written = token.text(text);
        match token.kind {
            TokenKind::Open => open.push(match written {
                "(" => ')',
                "[" => ']',
                _ => '}',
            }),
            TokenKind::Close if open.last() == written.chars().next().as_ref() => {
                open.pop();
            }
            TokenKind::OpenText => last_text = Some((token.start, token.end)),
            _ => {}
        }
    }
    if last_text.is_some_and(|(_, end)| end == text.len()) {
        open.push('"');
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(marked: &str) -> String {
        let at = marked.find("<|>").unwrap();
        let text = marked.replace("<|>", "");
        let repaired = repair(&text, at).unwrap();
        assert!(repaired.text[..=repaired.at as usize].ends_with(PLACEHOLDER));
        repaired.text.replace(PLACEHOLDER, "_")
    }

    #[test]
    fn closes_what_is_open() {
        let node = |body: &str| format!("node n(t: table[T]) -> table {{\n    t\n        |> {body}\n}}\n");
        assert_eq!(repaired(&node("filter(.<|>")), node("filter(._)"));
        assert_eq!(repaired(&node("filter(.pr<|>\n        |> take(1)")), node("filter(.pr_)\n        |> take(1)"));
        assert_eq!(repaired(&node("derive { a = sum(.<|> }")), node("derive { a = sum(._) }"));
        assert_eq!(repaired(&node("filter(.a == \"x<|>")), node("filter(.a == \"x_\")"));
        assert_eq!(repaired(&node("derive { a = if .<|> }")), node("derive { a = if ._ then null else null }"));
        assert_eq!(repaired(&node("fil<|>ter(.a)")), node("filter_(.a)"));
    }

    #[test]
    fn what_lies_behind_can_be_broken() {
        let text = "pipeline p {\n    save t |> <|>\n    track (((\n}\nparam a: int = 1\n";
        assert!(repaired(text).contains("t |> _"));
        let text = "node n(t: table[T]) -> table {\n    t |> filter(.<|>\nparam a: int = 1\n";
        assert!(repaired(text).contains("filter(._)"));
    }

    #[test]
    fn a_save_is_ended_behind_its_brackets() {
        let pipeline = |body: &str| repaired(&format!("pipeline p {{\n    save t |> {body}\n}}\n"));
        assert!(pipeline("filter(.<|>").contains("filter(._) as gml_entry_here\n}"));
        assert!(pipeline("derive { a = f(.b), c = .<|>").contains("c = ._} as gml_entry_here\n}"));
        assert!(pipeline("derive { a = if .<|>").contains("._ then null else null} as gml_entry_here\n}"));
        assert!(pipeline("filter(.<|>\n    let y = 3").contains("filter(._) as gml_entry_here\n    let y = 3"));
        assert!(pipeline("derive { a = .<|> } |> take(1) as").contains("derive { a = ._} as gml_entry_here}"));
        assert!(pipeline("filter(.<|>) as u").contains("filter(._) as u"));
    }
}

//! Every mutation of a kind, at every place of a text.

use std::ops::Range;

use gml_syntax::{CONTEXTUAL, ROLES, is_reserved};

use crate::words::{Kind, Word, words};

/// A change of a text.
#[derive(Clone, Debug)]
pub struct Change {
    /// In which way it errs.
    pub class: &'static str,
    /// What is replaced.
    pub at: Range<usize>,
    /// By what.
    pub with: String,
}

impl Change {
    /// The text with the change.
    pub fn apply(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.at.start], self.with, &text[self.at.end..])
    }
}

/// Whether a word begins or joins something; misspelling those is an error of syntax, which signs show well enough.
fn is_keyword(word: &str) -> bool {
    is_reserved(word) || CONTEXTUAL.contains(&word) || ROLES.contains(&word) || matches!(word, "std" | "_")
}

/// Types, and one that is something else.
const OTHER_TYPES: [(&str, &str); 7] = [
    ("int", "str"),
    ("float", "str"),
    ("str", "int"),
    ("bool", "str"),
    ("date", "str"),
    ("timestamp", "date"),
    ("category", "float"),
];

/// All changes of a text, in the order of their places.
pub fn changes(text: &str) -> Vec<Change> {
    let words = words(text);
    let mut changes = Vec::new();
    for place in 0..words.len() {
        of_word(text, &words, place, &mut changes);
    }
    of_lines(text, &mut changes);
    changes
}

fn of_word(text: &str, words: &[Word], place: usize, changes: &mut Vec<Change>) {
    let word = &words[place];
    let at = |place: Option<usize>| place.and_then(|place| words.get(place)).map_or("", |word| &text[word.at.clone()]);
    let piece = &text[word.at.clone()];
    let (before, behind) = (at(place.checked_sub(1)), at(Some(place + 1)));
    let mut add = |class: &'static str, with: String| changes.push(Change { class, at: word.at.clone(), with });
    match word.kind {
        Kind::Column => {
            add(if behind == "(" { "misspelt function" } else { "misspelt column" }, misspelt(piece));
            let part = if piece == ".train" { ".test" } else { ".train" };
            if matches!(piece, ".train" | ".valid" | ".test") {
                add("another partition", part.to_owned());
            }
        }
        Kind::Name if is_keyword(piece) => {
            if ROLES.contains(&piece) && words.get(place + 1).is_some_and(|next| next.kind == Kind::Name) {
                add("role left out", String::new());
            }
        }
        Kind::Name => {
            let class = match behind {
                ":" if before == "(" || before == "," => "misspelt argument or declared name",
                "=" | ":" => "misspelt new name",
                "(" | "{" => "misspelt function",
                _ => "misspelt name",
            };
            add(class, misspelt(piece));
            if let Some((_, other)) = OTHER_TYPES.iter().find(|(ty, _)| *ty == piece)
                && before == ":"
            {
                add("another type", (*other).to_owned());
                if behind != "?" {
                    add("type made nullable", format!("{piece}?"));
                }
            }
        }
        Kind::Number => add("number or date as text", format!("\"{}\"", piece.replace('@', ""))),
        Kind::Text if before != "test" && before != "," => add("text as number", "7".to_owned()),
        Kind::Text => {}
        Kind::Sign => {
            add("sign left out", String::new());
            if piece == "??" {
                // `?? x`, up to the next word.
                let end = words.get(place + 1).map_or(word.at.end, |next| next.at.end);
                changes.push(Change { class: "?? left out", at: word.at.start..end, with: String::new() });
            }
            if piece == "," && !text[..word.at.start].ends_with('\n') {
                swapped(text, words, place, changes);
            }
        }
    }
}

/// `f(a, b` with its arguments the other way round, where both are single words.
fn swapped(text: &str, words: &[Word], comma: usize, changes: &mut Vec<Change>) {
    let get = |offset: isize| comma.checked_add_signed(offset).and_then(|place| words.get(place));
    let (Some(open), Some(first), Some(second), Some(close)) = (get(-2), get(-1), get(1), get(2)) else { return };
    let piece = |word: &Word| &text[word.at.clone()];
    if piece(open) == "(" && matches!(piece(close), ")" | ",") && piece(first) != piece(second) {
        let with = format!("{}, {}", piece(second), piece(first));
        changes.push(Change { class: "arguments swapped", at: first.at.start..second.at.end, with });
    }
}

/// Lines that are a whole step, a column of a schema or an item of a step.
fn of_lines(text: &str, changes: &mut Vec<Change>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start..start + line.len();
        start = at.end;
        let trimmed = line.trim();
        let balance = |open: char, close: char| trimmed.matches(open).count() == trimmed.matches(close).count();
        if !(balance('(', ')') && balance('{', '}') && balance('[', ']')) {
            continue;
        }
        let class = if trimmed.starts_with("|>") || trimmed.starts_with(">>") {
            "step left out"
        } else if trimmed.ends_with(',') && trimmed.split(" = ").count() == 2 && !trimmed.contains(": ") {
            "computed column left out"
        } else if trimmed.ends_with(',') && trimmed.contains(": ") && !trimmed.contains(['(', '=']) {
            "column of a schema left out"
        } else if trimmed.starts_with("let ") {
            "let left out"
        } else {
            continue;
        };
        changes.push(Change { class, at, with: String::new() });
    }
}

/// The word with its middle letter doubled, or its last where that is a digit.
fn misspelt(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    let mut out: String = letters[..=middle].iter().collect();
    out.push(if letters[middle].is_alphabetic() { letters[middle] } else { 'x' });
    out.extend(&letters[middle + 1..]);
    out
}

//! Words of the language with a slip of the finger in them.

use super::habits::Habit;
use super::{Place, Scene};
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::Kind;
use crate::words::{DECLARATIONS, STATEMENTS, is_reserved};

impl Scene<'_> {
    /// `pipelin p { }`, `Schema S { }`, `tack x`, `save x AS y`
    pub(super) fn slip(&self) -> Option<Habit> {
        let found = self.found.filter(|found| found.kind == Kind::Word && !self.outside)?;
        let word = found.text(self.source);
        if word == "test" && self.next_declaration_due() {
            let help = "write `test \"what it shows\" { .. }`";
            return self.found_habit(codes::UNEXPECTED_TOKEN, "a test has a name in quotes", help);
        }
        if is_reserved(word) {
            return None;
        }
        let goes_on = self.next.is_some_and(|next| matches!(next.kind, Kind::Word | Kind::Text | Kind::Open));
        if goes_on && self.next_declaration_due() {
            let words = DECLARATIONS.iter().filter(|word| is_reserved(word));
            return self.meant(word, nearest(word, words)?);
        }
        if goes_on && self.statement_due() {
            let here = |word: &&&str| self.place == Place::Body || matches!(**word, "let" | "for");
            return self.meant(word, nearest(word, STATEMENTS.iter().filter(here))?);
        }
        let within = [Rule::k_then, Rule::k_else, Rule::k_as, Rule::k_in, Rule::infix];
        let lower = word.to_lowercase();
        let written_large = word != lower && matches!(lower.as_str(), "then" | "else" | "as");
        if written_large && within.iter().any(|rule| self.expects(*rule)) {
            return self.meant(word, &lower);
        }
        None
    }

    fn meant(&self, word: &str, ours: &str) -> Option<Habit> {
        let message = format!("`{word}` is no word of GML");
        Some(self.found_habit(codes::FOREIGN_KEYWORD, message, format!("did you mean `{ours}`?"))?.instead(ours))
    }
}

/// The first of these that a word was meant to be.
fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w &'w str>) -> Option<&'w str> {
    words.into_iter().copied().find(|ours| word != *ours && is_slip(&word.to_lowercase(), ours))
}

/// Whether two words are one but for capitals, or a letter more or less, another letter, or two that changed places.
/// In short words only the last counts: nearly every other short word is a letter away.
fn is_slip(word: &str, ours: &str) -> bool {
    let (a, b) = (word.as_bytes(), ours.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => true,
        ([first, second, rest @ ..], [third, fourth, others @ ..]) if first == fourth && second == third => {
            rest == others
        }
        // `lett`, `foor`
        ([letter, rest @ ..], _) if rest == b && same > 0 && word.as_bytes()[same - 1] == *letter => true,
        _ if ours.len() < 4 => false,
        ([_, rest @ ..], _) if rest == b => true,
        (_, [_, rest @ ..]) if rest == a => true,
        ([_, rest @ ..], [_, others @ ..]) => rest == others,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger() {
        for (word, ours) in [
            ("pipelin", "pipeline"),
            ("piepline", "pipeline"),
            ("schemas", "schema"),
            ("schama", "schema"),
            ("nod", "node"),
            ("lte", "let"),
            ("lett", "let"),
            ("foor", "for"),
            ("let", "let"),
        ] {
            assert!(is_slip(word, ours), "{word}");
        }
        for (word, ours) in [("set", "let"), ("runs", "run"), ("model", "node"), ("", "node"), ("table", "test")] {
            assert!(!is_slip(word, ours), "{word}");
        }
    }
}

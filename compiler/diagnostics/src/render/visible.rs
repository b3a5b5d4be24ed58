//! Text that moves no cursor, rings no bell and turns no writing direction.

use std::borrow::Cow;

/// Characters that a terminal would act upon instead of showing them: control characters, and those that reorder the
/// text around them, which can make a program look like another one.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` with every such character written as its escape. Line breaks stay.
pub fn message(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| acts(character) && character != '\n') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if acts(character) && character != '\n' {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The same on a single line.
pub fn line(text: &str) -> Cow<'_, str> {
    match message(text) {
        shown if shown.contains('\n') => {
            Cow::Owned(shown.lines().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
        }
        shown => shown,
    }
}

/// Appends a piece of source, every such character but the tab replaced by one of as many bytes, so that offsets hold.
pub fn push_source(shown: &mut String, text: &str) {
    for character in text.chars() {
        shown.push(match character.len_utf8() {
            _ if character == '\t' || !acts(character) => character,
            1 => '?',
            2 => '\u{b7}',
            _ => char::REPLACEMENT_CHARACTER,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(message("plain ü\nline"), "plain ü\nline");
        assert_eq!(message("\u{1b}[2J\u{202e}x"), "\\u{1b}[2J\\u{202e}x");
        assert_eq!(line("one\n   two\r\n"), "one two\\r");
    }

    #[test]
    fn source_keeps_its_bytes() {
        let mut shown = String::new();
        push_source(&mut shown, "a\u{1b}\tb\u{85}\u{202e}ü");
        assert_eq!(shown, "a?\tb\u{b7}\u{fffd}ü");
        assert_eq!(shown.len(), "a\u{1b}\tb\u{85}\u{202e}ü".len());
    }
}

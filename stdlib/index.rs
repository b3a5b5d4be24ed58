//! Where the declarations of a module stand, found while this crate is compiled.
//!
//! The modules are written so that every declaration begins a line with its word, and nothing else does. A test of
//! `gml-analysis` holds that the grammar finds the same.

/// The word that a declaration begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `operator`
    Operator,
    /// `function`
    Function,
    /// `aggregate`
    Aggregate,
    /// `window`
    Window,
    /// `type`
    Type,
    /// `schema`
    Schema,
}

/// A declaration of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What it declares.
    pub word: Word,
    /// The name that it declares.
    pub name: &'static str,
    /// The byte at which its name begins.
    pub name_start: u32,
    /// The byte at which its text begins, the comment above it included.
    pub start: u32,
    /// The byte behind its text.
    pub end: u32,
}

impl Declaration {
    /// The byte behind its name.
    pub fn name_end(&self) -> u32 {
        self.name_start + self.name.len() as u32
    }

    /// Whether it is an operator, a function, an aggregate or a window function.
    pub fn is_signature(&self) -> bool {
        !matches!(self.word, Word::Type | Word::Schema)
    }
}

const WORDS: [(&[u8], Word); 6] = [
    (b"operator ", Word::Operator),
    (b"function ", Word::Function),
    (b"aggregate ", Word::Aggregate),
    (b"window ", Word::Window),
    (b"type ", Word::Type),
    (b"schema ", Word::Schema),
];

/// How many declarations a text has.
pub(crate) const fn count(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut count = 0;
    let mut line = 0;
    while line < bytes.len() {
        if word_at(bytes, line).is_some() {
            count += 1;
        }
        line = next_line(bytes, line);
    }
    count
}

/// The declarations of a text, which are so many.
pub(crate) const fn declarations<const COUNT: usize>(text: &'static str) -> [Declaration; COUNT] {
    let bytes = text.as_bytes();
    let nothing = Declaration { word: Word::Type, name: "", name_start: 0, start: 0, end: 0 };
    let mut found = [nothing; COUNT];
    let mut count = 0;
    let mut line = 0;
    // Where the lines of comment directly above the line at hand begin.
    let mut comment = 0;
    while line < bytes.len() {
        let next = next_line(bytes, line);
        if let Some((word, name)) = word_at(bytes, line) {
            let name_end = end_of_name(bytes, name);
            found[count] = Declaration {
                word,
                name: text.split_at(name_end).0.split_at(name).1,
                name_start: name as u32,
                start: comment as u32,
                end: bytes.len() as u32,
            };
            if count > 0 {
                found[count - 1].end = comment as u32;
            }
            count += 1;
        }
        if bytes[line] != b'#' {
            comment = next;
        }
        line = next;
    }
    found
}

/// The word of a declaration that a line begins with, and where the name behind it begins.
const fn word_at(bytes: &[u8], line: usize) -> Option<(Word, usize)> {
    let mut place = 0;
    while place < WORDS.len() {
        let (word, kind) = WORDS[place];
        let mut length = 0;
        while length < word.len() && line + length < bytes.len() && bytes[line + length] == word[length] {
            length += 1;
        }
        if length == word.len() {
            return Some((kind, line + length));
        }
        place += 1;
    }
    None
}

const fn next_line(bytes: &[u8], line: usize) -> usize {
    let mut at = line;
    while at < bytes.len() && bytes[at] != b'\n' {
        at += 1;
    }
    if at < bytes.len() { at + 1 } else { at }
}

const fn end_of_name(bytes: &[u8], name: usize) -> usize {
    let mut at = name;
    while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "## Of the module.\n\n# a\n## A sum.\naggregate sum[T](a: T) -> T\n    else 0\ntype kind = enum[\"a\"]\nwindows\n";

    #[test]
    fn a_declaration_reaches_from_its_comment_to_the_next() {
        let found = declarations::<{ count(TEXT) }>(TEXT);
        let texts: Vec<&str> = found.iter().map(|found| &TEXT[found.start as usize..found.end as usize]).collect();
        assert_eq!(
            texts,
            ["# a\n## A sum.\naggregate sum[T](a: T) -> T\n    else 0\n", "type kind = enum[\"a\"]\nwindows\n"]
        );
        assert_eq!((found[0].name, found[0].word), ("sum", Word::Aggregate));
        assert_eq!(&TEXT[found[1].name_start as usize..][..4], "kind");
    }
}

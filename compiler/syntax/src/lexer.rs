//! A light reader of words: enough to see brackets, texts and comments. It serves what a grammar is bad at: finding
//! where a declaration begins behind a broken one, and saying what was found where something else was due.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A number, with its unit.
    Number,
    /// `@..`
    Date,
    /// A text, or a stretch of an f-string outside its braces.
    Text,
    /// A text without its closing quote.
    OpenText,
    /// `(`, `[`, `{`, and `{` in an f-string.
    Open,
    /// `)`, `]`, `}`
    Close,
    /// An operator or another sign.
    Sign,
    /// From `#` to the end of the line.
    Comment,
    /// A character that no program can hold outside of texts and comments.
    Stray,
}

/// A token: bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

impl Token {
    /// What it says.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The tokens of a text, comments included, whatever the text is.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    Lexer::new(text)
}

/// An f-string whose `{ }` is being read.
struct Hole {
    /// Where the f-string begins.
    start: usize,
    /// `f"""`
    block: bool,
    /// Open brackets around the hole.
    depth: usize,
}

/// Reads tokens one by one; never fails, never stops before the end.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    holes: Vec<Hole>,
    /// The last token closed a hole: the text goes on.
    resume: bool,
    /// Where the f-string begins that was read last.
    pub format_start: usize,
}

/// Signs of more than one byte, longest first.
const SIGNS: [&str; 20] = [
    "===", "!==", "..<", "%>%", "|>", "->", "=>", "==", "!=", "<=", ">=", "<>", ">>", "??", "?.", "..", "**", "//",
    "&&", "||",
];

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0, holes: Vec::new(), resume: false, format_start: 0 }
    }

    /// Reads on from `at`, in the same brackets.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Reads on from `at`, as though it stood outside of all brackets.
    pub fn restart(&mut self, at: usize) {
        self.at = at;
        self.depth = 0;
        self.holes.clear();
        self.resume = false;
    }

    /// Whether it reads outside of all brackets and texts.
    pub fn is_outside(&self) -> bool {
        self.depth == 0 && self.holes.is_empty() && !self.resume
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self, kind: Kind, start: usize, end: usize) -> Token {
        self.at = end;
        Token { kind, start, end }
    }

    #[inline]
    fn run_of(&self, from: usize, test: impl Fn(u8) -> bool) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = from;
        while bytes.get(end).is_some_and(|byte| test(*byte)) {
            end += 1;
        }
        end
    }

    fn word(&mut self, start: usize) -> Token {
        let end = self.run_of(start, is_word_byte);
        if end - start != 1 || self.byte(1) != b'"' {
            return self.token(Kind::Word, start, end);
        }
        let block = self.text[end..].starts_with("\"\"\"");
        match &self.text[start..end] {
            "f" => {
                let inner = end + if block { 3 } else { 1 };
                self.format_start = start;
                self.format(start, inner, block)
            }
            "r" if block => self.block(start, end + 3, false),
            "r" => self.line_text(start, end + 1, false),
            _ => self.token(Kind::Word, start, end),
        }
    }

    fn number(&mut self, start: usize) -> Token {
        let digits = |byte: u8| byte.is_ascii_digit() || byte == b'_';
        let mut end = self.run_of(start, digits);
        let byte = |at: usize| self.text.as_bytes().get(at).copied().unwrap_or(0);
        if byte(end) == b'.' && byte(end + 1).is_ascii_digit() {
            end = self.run_of(end + 1, digits);
        }
        if matches!(byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(byte(end + 1), b'+' | b'-'));
            if byte(end + 1 + sign).is_ascii_digit() {
                end = self.run_of(end + 1 + sign, |byte| byte.is_ascii_digit());
            }
        }
        let end = self.run_of(end, is_word_byte);
        self.token(Kind::Number, start, end)
    }

    fn date(&mut self, start: usize) -> Token {
        let mut end = start + 1;
        loop {
            end = self.run_of(end, |byte| is_word_byte(byte) || matches!(byte, b'-' | b':' | b'+'));
            let rest = &self.text.as_bytes()[end..];
            if rest.first() == Some(&b'.') && rest.get(1).is_some_and(u8::is_ascii_digit) {
                end += 1;
            } else {
                return self.token(Kind::Date, start, end);
            }
        }
    }

    /// The rest of a text that must close on its line.
    fn line_text(&mut self, start: usize, from: usize, escapes: bool) -> Token {
        let bytes = self.text.as_bytes();
        let mut end = from;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => return self.token(Kind::Text, start, end + 1),
                b'\n' => break,
                b'\\' if escapes && bytes.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
                _ => end += 1,
            }
        }
        let end = self.text.floor_char_boundary(end.min(bytes.len()));
        self.token(Kind::OpenText, start, end)
    }

    /// The rest of a `"""` text.
    fn block(&mut self, start: usize, from: usize, escapes: bool) -> Token {
        let bytes = self.text.as_bytes();
        let mut end = from;
        while end < bytes.len() {
            if bytes[end..].starts_with(b"\"\"\"") {
                return self.token(Kind::Text, start, end + 3);
            }
            end += if escapes && bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.token(Kind::OpenText, start, bytes.len())
    }

    /// An f-string from `from` up to its next `{` or its end.
    fn format(&mut self, start: usize, from: usize, block: bool) -> Token {
        let bytes = self.text.as_bytes();
        let mut end = from;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' if !block => return self.token(Kind::Text, start, end + 1),
                b'"' if bytes[end..].starts_with(b"\"\"\"") => return self.token(Kind::Text, start, end + 3),
                b'\n' if !block => break,
                b'\\' if bytes.get(end + 1).is_some_and(|next| block || *next != b'\n') => {
                    end += code_point(&bytes[end..]).unwrap_or(2);
                }
                b'{' if bytes.get(end + 1) == Some(&b'{') => end += 2,
                b'{' => {
                    self.holes.push(Hole { start: self.format_start, block, depth: self.depth });
                    return self.token(Kind::Text, start, end);
                }
                _ => end += 1,
            }
        }
        let end = self.text.floor_char_boundary(end.min(bytes.len()));
        self.token(Kind::OpenText, start, end)
    }

    fn close(&mut self, start: usize) -> Token {
        let outside = self.holes.last().map_or(0, |hole| hole.depth);
        let brace = self.text.as_bytes()[start] == b'}';
        // A stray `)` within a hole does not leave it.
        if self.depth > outside + 1 || self.holes.is_empty() || brace {
            self.depth = self.depth.saturating_sub(1).max(outside);
        }
        self.resume = brace && !self.holes.is_empty() && self.depth == outside;
        self.token(Kind::Close, start, start + 1)
    }

    /// Whether nothing but blanks is left of the line.
    fn ends_line(&self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).is_none_or(|byte| *byte == b'\n')
    }

    fn sign(&mut self, start: usize) -> Token {
        let rest = &self.text[start..];
        let is_longer = matches!(self.byte(1), b'=' | b'.' | b'>' | b'?' | b'*' | b'/' | b'&' | b'|');
        if is_longer && let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            return self.token(Kind::Sign, start, start + sign.len());
        }
        let length = rest.chars().next().map_or(1, char::len_utf8);
        let known = matches!(
            rest.as_bytes().first(),
            Some(
                b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'?' | b'.' | b',' | b':' | b'|' | b'&'
            )
        );
        self.token(if known { Kind::Sign } else { Kind::Stray }, start, start + length)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(hole) = self.holes.last() {
            let (start, block, depth) = (hole.start, hole.block, hole.depth);
            if self.resume {
                self.resume = false;
                self.format_start = start;
                self.holes.pop();
                return Some(self.format(self.at, self.at, block));
            }
            if !block && self.ends_line() {
                self.depth = depth;
                self.format_start = start;
                self.holes.pop();
                return Some(self.token(Kind::OpenText, self.at, self.at));
            }
        }
        let start = self.run_of(self.at, |byte| CLASSES[byte as usize] == BLANK);
        let byte = *self.text.as_bytes().get(start)?;
        self.at = start;
        Some(match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(start),
            b'0'..=b'9' => self.number(start),
            b'#' => {
                let end = self.run_of(start, |byte| byte != b'\n');
                self.token(Kind::Comment, start, end)
            }
            b'"' if self.text[start..].starts_with("\"\"\"") => self.block(start, start + 3, true),
            b'"' => self.line_text(start, start + 1, true),
            b'@' => self.date(start),
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                self.token(Kind::Open, start, start + 1)
            }
            b')' | b']' | b'}' => self.close(start),
            _ => self.sign(start),
        })
    }
}

/// How long the `\u{1F600}` is that bytes begin with: its brace begins no value.
fn code_point(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.strip_prefix(b"\\u{")?;
    let length = digits.iter().position(|byte| !byte.is_ascii_hexdigit())?;
    (length > 0 && digits[length] == b'}').then_some(length + 4)
}

/// Whether a byte may stand within a word.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    CLASSES[byte as usize] == IN_WORD
}

const OTHER: u8 = 0;
const IN_WORD: u8 = 1;
const BLANK: u8 = 2;

/// Most of a program is words and blanks: a byte is looked up faster than compared.
static CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'_' => IN_WORD,
            b' ' | b'\t' | b'\n' | b'\r' => BLANK,
            byte if byte.is_ascii_alphanumeric() => IN_WORD,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

//! Words that begin a declaration, used as names: `let test = data.test`. That is told where the name is given, and the rest of the
//! declaration is read as though it were a name.

use super::chunks;
use crate::lexer::{Kind, Token};
use crate::message::reserved_word;
use crate::parse::Reader;
use crate::words::{DECLARATIONS, is_reserved};

impl Reader<'_, '_> {
    /// Whether something in `start..end` is named by such a word; it is told then, and is a name from here on.
    pub(crate) fn takes_words_as_names(&mut self, start: usize, end: usize) -> bool {
        if self.named.is_some() {
            return false;
        }
        let tokens = chunks::tokens(self.source, start, end);
        let mut named: Vec<Token> = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            let is_new = !named.iter().any(|known| known.text(self.source) == token.text(self.source));
            if is_new && is_taken(self.source, *token) && self.is_given(&tokens, place) {
                named.push(*token);
            }
        }
        if named.is_empty() {
            return false;
        }
        let mut text = self.source.as_bytes().to_vec();
        for name in named {
            let word = name.text(self.source);
            let is_name = |place: &usize| {
                let token = tokens[*place];
                let is_it = token.text(self.source) == word && token.start >= name.start;
                is_it && (token == name || !self.is_no_value(&tokens, *place))
            };
            let uses: Vec<Token> = (0..tokens.len()).filter(is_name).map(|place| tokens[place]).collect();
            for token in &uses {
                // Of the same length, and no word of the language.
                text[token.start].make_ascii_uppercase();
            }
            // Of parameters their head tells.
            if self.is_bound(&tokens, name) {
                let others: Vec<_> = uses.iter().skip(1).map(|token| self.span(token.start, token.end)).collect();
                self.diagnostics.push(reserved_word(word, self.span(name.start, name.end), &others));
            }
        }
        self.named = String::from_utf8(text).ok();
        self.named.is_some()
    }

    /// Whether a name is given there: by a `let`, by a `for`, or to a parameter.
    fn is_given(&self, tokens: &[Token], place: usize) -> bool {
        self.is_bound(tokens, tokens[place]) || self.is_parameter(tokens, place)
    }

    /// `let test =`, `let test: T =`, `for test in`
    fn is_bound(&self, tokens: &[Token], name: Token) -> bool {
        let place = tokens.partition_point(|token| token.start < name.start);
        let before = place.checked_sub(1).map_or("", |before| tokens[before].text(self.source));
        let behind = tokens.get(place + 1).map_or("", |token| token.text(self.source));
        match before {
            "let" => matches!(behind, "=" | ":"),
            "for" => behind == "in",
            _ => false,
        }
    }

    /// A parameter in the head of a declaration: within its first parentheses, and nothing else.
    fn is_parameter(&self, tokens: &[Token], place: usize) -> bool {
        let begins = tokens.iter().position(|token| token.text(self.source) == "(").unwrap_or(tokens.len());
        let before = place.checked_sub(1).map_or("", |before| tokens[before].text(self.source));
        let behind = tokens.get(place + 1).map_or("", |token| token.text(self.source));
        let is_head = begins == 2 && begins < place;
        let mut depth = 0_usize;
        for token in tokens.get(begins..place).unwrap_or_default() {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close if depth < 2 => return false,
                Kind::Close => depth -= 1,
                _ => {}
            }
        }
        is_head && depth == 1 && matches!(before, "(" | ",") && behind == ":"
    }

    /// Whether the word stands where any word may (a column, a field, an argument), or begins a declaration whose name follows.
    fn is_no_value(&self, tokens: &[Token], place: usize) -> bool {
        let before = place.checked_sub(1).map_or("", |before| tokens[before].text(self.source));
        let begins = tokens.get(place + 1).is_some_and(|next| match next.kind {
            Kind::Text | Kind::OpenText => true,
            Kind::Word => !is_reserved(next.text(self.source)),
            _ => next.text(self.source) == ":",
        });
        begins || matches!(before, "." | "?.")
    }
}

/// Whether a word begins declarations, and can name nothing.
fn is_taken(source: &str, token: Token) -> bool {
    let word = token.text(source);
    token.kind == Kind::Word && is_reserved(word) && DECLARATIONS.contains(&word)
}

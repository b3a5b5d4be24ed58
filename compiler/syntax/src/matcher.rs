//! Reads a text with a rule of the grammar, as pest does, without noting what could have stood where. Where a text does
//! not fit, pest is asked what is wrong with it.
//!
//! The functions of the rules are made from `grammar/gml.pest` by `build.rs`. A test holds that they read what pest
//! reads. What was read is a flat list of tokens; [`Pair`] and [`Pairs`] walk it as those of pest do, and own nothing.

use crate::grammar::Rule;

#[allow(dead_code, unused_parens, non_snake_case, clippy::all, reason = "code that no person wrote")]
mod rules {
    use super::{Matcher, Mode};
    use crate::grammar::Rule;

    include!(concat!(env!("OUT_DIR"), "/matcher.rs"));
}

/// What a rule took, `start..end`. The tokens up to `next` lie within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    rule: Rule,
    start: u32,
    end: u32,
    next: u32,
}

/// Whether blanks may stand between words, and whether rules leave tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Both.
    Spaced,
    /// No blanks, but tokens.
    Compound,
    /// Neither.
    Atomic,
}

/// A place in a text, and what was read before it.
struct Matcher<'i> {
    text: &'i [u8],
    at: usize,
    mode: Mode,
    tokens: Vec<Token>,
}

/// Reads the beginning of a text with a rule. `None` where it does not fit.
pub(crate) fn read(rule: Rule, text: &str) -> Option<Vec<Token>> {
    // Places in a text are 32 bits wide, as they are in spans.
    u32::try_from(text.len()).ok()?;
    let tokens = Vec::with_capacity(text.len() / 3);
    let mut matcher = Matcher { text: text.as_bytes(), at: 0, mode: Mode::Spaced, tokens };
    rules::function(rule)(&mut matcher).then_some(matcher.tokens)
}

impl Matcher<'_> {
    /// The byte at hand; 0 at the end, which no program has.
    #[inline]
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// A byte of ASCII.
    #[inline]
    fn one(&mut self, is: impl Fn(u8) -> bool) -> bool {
        let found = self.text.get(self.at).is_some_and(|byte| is(*byte));
        self.at += usize::from(found);
        found
    }

    /// Bytes of ASCII, as many as there are.
    #[inline]
    fn many(&mut self, is: impl Fn(u8) -> bool) -> bool {
        let mut at = self.at;
        while self.text.get(at).is_some_and(|byte| is(*byte)) {
            at += 1;
        }
        self.at = at;
        true
    }

    #[inline]
    fn string(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    /// Any character.
    fn any(&mut self) -> bool {
        let found = self.at < self.text.len();
        self.at += usize::from(found);
        while self.text.get(self.at).is_some_and(|byte| byte & 0xc0 == 0x80) {
            self.at += 1;
        }
        found
    }

    /// Up to the first of these texts, or to the end.
    fn until(&mut self, texts: &[&str]) -> bool {
        while self.at < self.text.len() && !texts.iter().any(|text| self.text[self.at..].starts_with(text.as_bytes())) {
            self.at += 1;
        }
        true
    }

    fn begin(&mut self) -> bool {
        self.at == 0
    }

    fn end(&mut self) -> bool {
        self.rule(Rule::EOI, |m| m.at == m.text.len())
    }

    /// All of a sequence, or nothing of it.
    #[inline]
    fn all(&mut self, parts: impl FnOnce(&mut Self) -> bool) -> bool {
        let (at, tokens) = (self.at, self.tokens.len());
        let found = parts(self);
        if !found {
            self.at = at;
            self.tokens.truncate(tokens);
        }
        found
    }

    /// Whether something follows, without going behind it.
    #[inline]
    fn ahead(&mut self, what: impl FnOnce(&mut Self) -> bool) -> bool {
        let (at, tokens) = (self.at, self.tokens.len());
        let found = what(self);
        self.at = at;
        self.tokens.truncate(tokens);
        found
    }

    #[inline]
    fn within(&mut self, mode: Mode, what: impl FnOnce(&mut Self) -> bool) -> bool {
        let before = std::mem::replace(&mut self.mode, mode);
        let found = what(self);
        self.mode = before;
        found
    }

    /// What a rule takes, with its token.
    #[inline]
    fn rule(&mut self, rule: Rule, what: impl FnOnce(&mut Self) -> bool) -> bool {
        if self.mode == Mode::Atomic {
            return what(self);
        }
        let (index, start) = (self.tokens.len(), place(self.at));
        self.tokens.push(Token { rule, start, end: start, next: 0 });
        let found = what(self);
        if found {
            let (end, next) = (place(self.at), place(self.tokens.len()));
            self.tokens[index].end = end;
            self.tokens[index].next = next;
        } else {
            self.tokens.truncate(index);
        }
        found
    }
}

/// A place in a text of which [`read`] has seen that it is short enough.
#[inline]
fn place(at: usize) -> u32 {
    at as u32
}

/// What a rule took, and what was read in it.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'i> {
    text: &'i str,
    tokens: &'i [Token],
    index: u32,
}

/// What several rules took, one behind the other.
#[derive(Clone)]
pub(crate) struct Pairs<'i> {
    text: &'i str,
    tokens: &'i [Token],
    next: u32,
    end: u32,
}

impl<'i> Pairs<'i> {
    /// What was read of a text.
    pub fn new(text: &'i str, tokens: &'i [Token]) -> Self {
        Self { text, tokens, next: 0, end: place(tokens.len()) }
    }

    /// The next of them, which stays the next.
    pub fn peek(&self) -> Option<Pair<'i>> {
        (self.next < self.end).then_some(Pair { text: self.text, tokens: self.tokens, index: self.next })
    }
}

impl<'i> Iterator for Pairs<'i> {
    type Item = Pair<'i>;

    fn next(&mut self) -> Option<Pair<'i>> {
        let pair = self.peek()?;
        self.next = pair.token().next;
        Some(pair)
    }
}

impl<'i> Pair<'i> {
    fn token(&self) -> &'i Token {
        &self.tokens[self.index as usize]
    }

    /// The rule.
    pub fn as_rule(&self) -> Rule {
        self.token().rule
    }

    /// The text that it took.
    pub fn as_str(&self) -> &'i str {
        self.text.get(self.start()..self.end()).unwrap_or("")
    }

    /// Where that begins.
    pub fn start(&self) -> usize {
        self.token().start as usize
    }

    /// Where that ends.
    pub fn end(&self) -> usize {
        self.token().end as usize
    }

    /// What was read in it.
    pub fn into_inner(self) -> Pairs<'i> {
        Pairs { text: self.text, tokens: self.tokens, next: self.index + 1, end: self.token().next }
    }
}

#[cfg(test)]
mod tests {
    use pest::Parser;
    use proptest::prelude::*;

    use super::*;
    use crate::grammar::Grammar;

    const PROGRAM: &str = include_str!("../../../blueprints/ga4_propensity/main.gml");
    const LIBRARY: &str = include_str!("../../../stdlib/prelude/table.gml");

    fn of_matcher(pairs: Pairs<'_>, shown: &mut Vec<(Rule, usize, usize, usize)>, depth: usize) {
        for pair in pairs {
            shown.push((pair.as_rule(), pair.start(), pair.end(), depth));
            of_matcher(pair.into_inner(), shown, depth + 1);
        }
    }

    fn of_pest(pairs: pest::iterators::Pairs<'_, Rule>, shown: &mut Vec<(Rule, usize, usize, usize)>, depth: usize) {
        for pair in pairs {
            shown.push((pair.as_rule(), pair.as_span().start(), pair.as_span().end(), depth));
            of_pest(pair.into_inner(), shown, depth + 1);
        }
    }

    /// Both read the same, or both nothing.
    fn agree(rule: Rule, text: &str) -> bool {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let tokens = read(rule, text);
        if let Some(tokens) = &tokens {
            of_matcher(Pairs::new(text, tokens), &mut ours, 0);
        }
        let pest = Grammar::parse(rule, text);
        let same = tokens.is_some() == pest.is_ok();
        if let Ok(pairs) = pest {
            of_pest(pairs, &mut theirs, 0);
        }
        assert_eq!(ours, theirs, "{rule:?} of {text}");
        same
    }

    /// Pieces of programs, as every rule may find them.
    fn pieces() -> Vec<&'static str> {
        let texts = [PROGRAM, LIBRARY].into_iter().flat_map(|text| text.split_inclusive("\n\n"));
        let odd = [
            "f\"a {b |> c()} }} {{\"",
            "r\"\"\"\n x\"\"\"",
            "-x ** 2 not in [1..<3, 80%, 5x]",
            "a ?? b?.c() {d=.e}",
            "# x",
            "",
        ];
        texts.chain(odd).collect()
    }

    #[test]
    fn every_rule_reads_what_pest_reads() {
        let pieces = pieces();
        let lines = pieces.iter().flat_map(|piece| piece.lines()).chain(pieces.iter().copied());
        for text in lines {
            for rule in Rule::all_rules() {
                assert!(agree(*rule, text), "{rule:?} of {text}");
                assert!(agree(*rule, text.trim_start()), "{rule:?} of {text}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn broken_texts_are_read_as_pest_reads_them(
            piece in prop::sample::select(pieces()),
            at in any::<prop::sample::Index>(),
            length in 0..6_usize,
            typed in prop::sample::select(vec!["", " ", "{", ")", "\"", "=", "é", "1", "x", ",", "|>", "#", "\n", "f\"{", "not "]),
        ) {
            let start = piece.floor_char_boundary(at.index(piece.len() + 1));
            let end = piece.floor_char_boundary((start + length).min(piece.len()));
            let text = format!("{}{typed}{}", &piece[..start], &piece[end..]);
            for rule in [Rule::only_item, Rule::item, Rule::only_statement, Rule::only_expression, Rule::node_head] {
                prop_assert!(agree(rule, &text), "{rule:?} of {text}");
                prop_assert!(agree(rule, text.trim_start()), "{rule:?} of {text}");
            }
        }
    }
}

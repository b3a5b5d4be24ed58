//! Comments between any two words of a program.

use gml_syntax::{TokenKind, tokens};

use crate::chance::{Chance, rounds};
use crate::laws::{formatted, is_program};
use crate::properties::sources;

/// A comment as it may stand before a word. `@` stands for its number, so that no two say the same.
const COMMENTS: [&str; 12] = [
    " # @\n",
    "# @\n\n",
    "\n# @\n",
    "\n\n# @\n",
    "\n# @\n\n",
    "\n\n    # @\n\n\n",
    " ## @\n",
    "\n## @\n",
    "\n\n## @\n\n",
    " # @\n# and more\n",
    "\n# @\n\n    ## and more\n",
    " #\n",
];

/// The places where words begin, and the end of the text.
fn places(text: &str) -> Vec<usize> {
    let words = tokens(text).filter(|token| token.kind != TokenKind::Comment).map(|token| token.start);
    words.chain([text.len()]).collect()
}

/// The program with a comment at a place; `None` where that makes it none: within a column's name, say.
fn with_comment(text: &str, place: usize, number: usize, chance: &mut Chance) -> Option<String> {
    let comment = COMMENTS[chance.below(COMMENTS.len())].replace('@', &number.to_string());
    let changed = format!("{}{comment}{}", &text[..place], &text[place..]);
    is_program(&changed).then_some(changed)
}

/// Puts comments before some of the words, from the last to the first.
pub fn with_comments(text: &str, one_in: usize, chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    for (number, place) in places(&text).into_iter().enumerate().rev() {
        if chance.below(one_in) == 0
            && let Some(changed) = with_comment(&text, place, number, chance)
        {
            text = changed;
        }
    }
    text
}

#[test]
fn programs_with_comments_anywhere_keep_the_laws() {
    let mut held = 0;
    for (name, text) in sources() {
        for round in rounds(2) {
            let mut chance = Chance::of(&name, round);
            let one_in = [8, 40, 150][chance.below(3)];
            let commented = with_comments(&text, one_in, &mut chance);
            if commented != text {
                formatted(&commented);
                held += 1;
            }
        }
    }
    assert!(held > 200, "{held} programs were given comments");
}

#[test]
fn a_comment_at_any_place_keeps_the_laws() {
    let mut held = 0;
    for (name, text) in sources() {
        let places = places(&text);
        // All places of small programs, some of large ones.
        let step = places.len() / 30 + 1;
        for round in rounds(1) {
            let mut chance = Chance::of(&name, round);
            let first = chance.below(step);
            for (number, place) in places.iter().enumerate().skip(first).step_by(step) {
                if let Some(changed) = with_comment(&text, *place, number, &mut chance) {
                    formatted(&changed);
                    held += 1;
                }
            }
        }
    }
    assert!(held > 1000, "{held} programs were given a comment");
}

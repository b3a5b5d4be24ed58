//! Right programs with a token left out, doubled or moved: both parsers must find the same ones right.

use gml_syntax::{TokenKind, tokens};
use gml_tests::sitter_parser;

use crate::agreement::judge;
use crate::samples::{Sample, right_programs};

/// How many changed programs are read.
const READINGS: usize = 12_000;

/// Programs of which thousands of copies can be read.
const SMALL: usize = 6_000;

fn changes(text: &str, place: usize) -> Vec<(&'static str, String)> {
    let all: Vec<_> = tokens(text).filter(|token| token.kind != TokenKind::Comment).collect();
    let (Some(token), next) = (all.get(place), all.get(place + 1)) else { return Vec::new() };
    let (before, word, behind) = (&text[..token.start], token.text(text), &text[token.end..]);
    let mut changed =
        vec![("left out", format!("{before}{behind}")), ("doubled", format!("{before}{word} {word}{behind}"))];
    if let Some(next) = next {
        let between = &text[token.end..next.start];
        changed.push(("swapped", format!("{before}{}{between}{word}{}", next.text(text), &text[next.end..])));
    }
    changed
}

#[test]
fn both_refuse_the_same() {
    let samples: Vec<Sample> = right_programs().into_iter().filter(|sample| sample.text.len() <= SMALL).collect();
    let count = |sample: &Sample| tokens(&sample.text).filter(|token| token.kind != TokenKind::Comment).count();
    let all: usize = samples.iter().map(count).sum();
    // Evenly over all programs, and the same ones each time.
    let step = (3 * all / READINGS).max(1);
    let mut parser = sitter_parser();
    let (mut taken, mut refused, mut wrong, mut at) = (0, 0, Vec::new(), 0);
    for sample in &samples {
        for place in 0..count(sample) {
            at += 1;
            if at % step != 0 {
                continue;
            }
            for (how, text) in changes(&sample.text, place) {
                let verdict = judge(&mut parser, &text);
                *(if verdict.refused { &mut refused } else { &mut taken }) += 1;
                if let Some(difference) = verdict.difference {
                    wrong.push(format!("{} with token {place} {how}: our parser {difference}", sample.name));
                }
            }
        }
    }
    assert!(refused > READINGS / 4 && taken > READINGS / 100, "{refused} refused, {taken} taken");
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), refused + taken, wrong.join("\n"));
}

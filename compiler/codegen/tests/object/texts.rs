//! Words of texts: the weights that Rust's own letters and small letters give.

use std::collections::HashMap;

use gml_codegen::object::{Counts, Model};
use gml_codegen::testing::Random;

use super::built::{Built, float, seen};

/// What is due for a text.
fn weights(counts: &Counts, text: Option<&str>) -> Vec<f64> {
    let places: HashMap<&str, usize> = counts.words.iter().map(String::as_str).zip(0..).collect();
    let mut weights = vec![0.0; counts.words.len()];
    let text = text.or(counts.null.as_deref()).unwrap_or_default();
    for word in text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if let Some(place) = places.get(&*word.to_lowercase()) {
            weights[*place] += counts.rarity[*place];
        }
    }
    let length = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    weights.iter_mut().filter(|weight| **weight > 0.0).for_each(|weight| *weight /= length);
    weights
}

fn counts(text: usize, words: &[&str]) -> Counts {
    Counts {
        text,
        null: None,
        words: words.iter().map(ToString::to_string).collect(),
        rarity: (0..words.len()).map(|word| 1.0 + (word as f64 + 2.0).ln()).collect(),
    }
}

/// A model that says the weights of all words, of rows with a column beside the texts.
fn model(texts: usize, counts: Vec<Counts>) -> Model {
    let words = counts.iter().map(|counts| counts.words.len()).sum::<usize>();
    let texts = (0..texts).map(|text| format!("t{text}")).collect();
    Model { texts, counts, ..seen(vec![float("x", false)], vec![], (0..=words).collect()) }
}

/// Whether rows of texts, one text a row, have the weights that are due.
fn holds(counts: &Counts, texts: &[Option<&str>]) {
    let built = Built::of(&model(1, vec![counts.clone()]));
    let rows: Vec<f64> = (0..texts.len()).map(|row| row as f64).collect();
    let given: Vec<Option<&[u8]>> = texts.iter().map(|text| text.map(str::as_bytes)).collect();
    let width = counts.words.len() + 1;
    for ((row, found), text) in built.score_texts(&rows, &given).chunks_exact(width).enumerate().zip(texts) {
        assert_eq!(found[0], row as f64);
        let due = weights(counts, *text);
        let equal = found[1..].iter().zip(&due).all(|(found, due)| found.to_bits() == due.to_bits());
        assert!(equal, "{text:?}: {:?}, not {due:?}", &found[1..]);
    }
}

const WORDS: [&str; 16] = [
    "a",
    "an",
    "and",
    "42",
    "i\u{307}zmir",
    "izmir",
    "straße",
    "σοφος",
    "οδος",
    "οδοσ",
    "日本",
    "ǆ",
    "free",
    "freedom",
    "été",
    "x1",
];

#[test]
fn words_are_found_in_all_their_spellings() {
    let texts = [
        "",
        " ",
        "a",
        "A an AND and, and",
        "free FREEDOM! freed",
        "42 042 4 2",
        "İzmir izmir IZMIR İZMİR",
        "Straße STRASSE straße",
        "ΣΟΦΟΣ σοφος Σοφοσ ΟΔΟΣ οδοσ ΟΔΟΣΑ",
        "日本 日本語 日 本",
        "Ǆ ǅ ǆ",
        "ÉTÉ été Été e\u{301}te\u{301}",
        "x1_X1-x1.x1",
        "🙂a🙂",
        "\u{a0}and\u{2028}an\0a",
        "aa and\u{301}",
    ];
    let mut given: Vec<Option<&str>> = texts.iter().copied().map(Some).collect();
    given.push(None);
    holds(&counts(0, &WORDS), &given);
    holds(&Counts { null: Some("Free and free".into()), ..counts(0, &WORDS) }, &given);
    holds(&Counts { null: Some(String::new()), ..counts(0, &["and"]) }, &given);
}

#[test]
fn random_texts_have_the_weights_that_are_due() {
    let mut random = Random::new(3);
    let signs: Vec<char> =
        "aAnNdD4218 \t.,-_iİIzZmMrRσςΣοΟδΔφΦßẞéÉ日本ǅǆfFrReEoOx\u{301}\u{307}🙂ʰ٣ⅷ\u{10ffff}\u{7f}\u{80}ÿ"
            .chars()
            .collect();
    let pick = |random: &mut Random| signs[random.below(signs.len() as u64) as usize];
    let mut texts: Vec<String> = Vec::new();
    for _ in 0..4_000 {
        let mut text = String::new();
        for _ in 0..random.below(12) {
            match random.below(3) {
                0 => text.push_str(WORDS[random.below(WORDS.len() as u64) as usize]),
                1 => text.push_str(&WORDS[random.below(WORDS.len() as u64) as usize].to_uppercase()),
                _ => text.extend((0..random.below(5)).map(|_| pick(&mut random))),
            }
            if random.below(4) > 0 {
                text.push(' ');
            }
        }
        texts.push(text);
    }
    let given: Vec<Option<&str>> = texts.iter().map(|text| Some(&**text)).collect();
    holds(&counts(0, &WORDS), &given);
    // Each letter of all languages by itself.
    let letters: Vec<String> = ('\0'..=char::MAX).step_by(7).map(|sign| format!("and{sign}a {sign}")).collect();
    let given: Vec<Option<&str>> = letters.iter().map(|text| Some(&**text)).collect();
    holds(&counts(0, &WORDS), &given);
}

#[test]
fn many_words_and_several_texts_are_kept_apart() {
    let words: Vec<String> = (0..700_u32).map(|word| format!("w{:x}", word.wrapping_mul(2_654_435_761))).collect();
    let many = counts(1, &words.iter().map(String::as_str).collect::<Vec<_>>());
    let all = vec![counts(0, &["a", "b"]), many, counts(0, &["b"])];
    let built = Built::of(&model(2, all.clone()));
    let rows: Vec<(String, String)> =
        (0..40).map(|row| (format!("a b {row} b"), words[row * 7..][..30].join(" "))).collect();
    let given: Vec<Option<&[u8]>> = rows.iter().flat_map(|(a, b)| [Some(a.as_bytes()), Some(b.as_bytes())]).collect();
    let found = built.score_texts(&vec![1.5; rows.len()], &given);
    for ((first, second), found) in rows.iter().zip(found.chunks_exact(704)) {
        let due: Vec<f64> = all.iter().flat_map(|counts| weights(counts, Some([first, second][counts.text]))).collect();
        assert_eq!((found[0], &found[1..]), (1.5, &*due));
    }
}

#[test]
fn bytes_that_are_no_utf_8_stand_apart_and_are_not_read_beyond_the_end() {
    let built = Built::of(&model(1, vec![counts(0, &["and"])]));
    let texts: [&[u8]; 5] = [b"and\xff", b"\x80and", b"and\xf0", b"and \xe2\x82", b"\xc3"];
    let given: Vec<Option<&[u8]>> = texts.iter().copied().map(Some).collect();
    let found = built.score_texts(&[0.0; 5], &given);
    let weights: Vec<f64> = found.chunks_exact(2).map(|row| row[1]).collect();
    assert_eq!(weights, [1.0, 1.0, 1.0, 1.0, 0.0]);
}
